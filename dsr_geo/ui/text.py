"""Words on a page: text from data as Markdown that shows it as it is, and vocabularies as people read them."""

from __future__ import annotations

EVIDENCE_WORDS = {
    "strong": "an official document or a law, or two producers of which one at least is not an aggregator",
    "fair": "one company, research or dataset source",
    "single": "one press source, or aggregators alone",
    "disputed": "sources disagree, as the note says",
}
"""What each grade of evidence (`records.EVIDENCE`) stands for."""


def plain(text: str) -> str:
    """Text from data or a link as Markdown that shows it as it is."""
    escaped = "".join("\\" + char if char in r"\`*_{}[]()#+-.!|:$~<>" else char for char in text)
    # Streamlit turns bare addresses into links after reading the escapes; a space of no width keeps them text.
    return escaped.replace("//", "/\u200b/").replace("www", "w\u200bww")


def words(value: str) -> str:
    """A vocabulary's value as people read it."""
    return value.replace("_", " ").replace("-", " ").capitalize()
