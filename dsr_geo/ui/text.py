"""Words on a page: text from data as Markdown that shows it as it is, and vocabularies as people read them."""

from __future__ import annotations

import re
from urllib.parse import quote

EVIDENCE_WORDS = {
    "strong": "an official document or a law, or two producers of which one at least is not an aggregator",
    "fair": "one company, research or dataset source",
    "single": "one press source, or aggregators alone",
    "disputed": "sources disagree, as the note says",
}
"""What each grade of evidence (`records.EVIDENCE`) stands for."""


_REWRITTEN = re.compile(
    r"(?<=[-<>=])(?=[-<>=])"  # dashes and arrows
    r"|(?<=/)(?=/)|(?<=w)(?=ww)|(?<=@)(?=\w)"  # addresses of the web and of mail
    r"|(?<=:)(?=[a-z])"  # icons and emoji
)
"""Where Streamlit makes something else of a text after it has read the escapes."""


def plain(text: str) -> str:
    """Text from data or a link as Markdown that shows it as it is."""
    parted = _REWRITTEN.sub("\u200b", text)  # a space of no width keeps it text
    return "".join("\\" + char if char in r"\`*_{}[]()#+-.!|:$~<>&" else char for char in parted)


def to(text: str, url: str) -> str:
    """A link in Markdown; where the address is none of the web, its text alone."""
    address = quote(url, safe="#$%&'+,/:;=?@~")  # brackets would end it
    return f"[{plain(text)}]({address})" if re.match("https?://", url, re.IGNORECASE) else plain(text)


def words(value: str) -> str:
    """A vocabulary's value as people read it."""
    return value.replace("_", " ").replace("-", " ").capitalize()
