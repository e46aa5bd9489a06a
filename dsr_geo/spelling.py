"""How text is compared: one name in its several spellings is one text, and words are compared, not parts of words.

The map does the same in `webmap/js/data/spelling.js`, by the same tables, and both are tested on the same cases
(`tests/spellings.json`). British and American words, one and several, letters that only look like others, apostrophes
and hyphens of any kind, Traditional and Simplified Chinese make no difference.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

TABLES = Path(__file__).with_name("spelling.json")
"""Letters and what they are read as; patterns of words, American or several, and what they become in turn; Traditional
characters, each with its simplified one."""

SPELLING = json.loads(TABLES.read_bytes())
"""The tables as they are; the map is given the same."""

_PAIRS = SPELLING["simplified"]
_LETTERS = str.maketrans(SPELLING["letters"] | dict(zip(_PAIRS[::2], _PAIRS[1::2])))
_WORDS = [(re.compile(pattern), word.replace("$", "\\")) for pattern, word in SPELLING["words"]]
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")
# Scripts that set no space between words: Chinese, Japanese, Thai, Lao, Burmese, Khmer.
_RUN = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_RUNS = re.compile(f"[{_RUN}]+|[^{_RUN}]+")
_HYPHEN = re.compile(r"(?<=[^\W_])[-\u2010-\u2015\u2212](?=[^\W_])")
_WITHIN = re.compile(r"(?<=[^\W\d_])['.](?=[^\W\d_])")


class _Apart(dict):
    """What stands between words becomes a space, and signs that nobody sees nothing; letters, digits, marks stay."""

    def __missing__(self, code: int) -> str:
        kind = unicodedata.category(chr(code))
        sign = "" if kind == "Cf" else " " if kind[0] in "ZPSC" else chr(code)
        if code < 0x10000:  # the rest is rare, and would be kept for as long as the program runs
            self[code] = sign
        return sign


_APART = _Apart()


def fold(text: str) -> str:
    """Text for comparing: its words, each in one spelling, a space between."""
    return " ".join(_word(word) for word in _split(_WITHIN.sub("", _plain(text))))


def words(text: str) -> str:
    """Text to be looked into (see `pattern`): its words as `fold` has them, then each as it may be written, too.

    That is as it stands; d'Ivoire also as `ivoire`, Wi-Fi also as `wifi`. A space stands round each.
    """
    plain = _plain(text)
    joined = _HYPHEN.sub("", plain)
    folded = fold(text).split()
    others = [
        word for each in (plain, _WITHIN.sub("", plain), _WITHIN.sub("", joined)) for word in _split(each)
    ]
    more = dict.fromkeys([*others, *map(_word, others)]).keys() - set(folded)
    return f" {' '.join([*folded, *sorted(more)])} "


def pattern(word: str, whole: bool) -> str:
    """What to look for in `words`: a word as a whole or as the beginning of one; anywhere where no spaces are set."""
    if re.match(f"[{_RUN}]", word):
        return word
    return f" {word} " if whole else f" {word}"


def _plain(text: str) -> str:
    """Lower case without accents; apostrophes are one sign."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS)).lower()
    return _ACCENTS.sub("", decomposed).translate(_LETTERS)


def _split(text: str) -> list[str]:
    return [run for word in text.translate(_APART).split() for run in _RUNS.findall(word)]


@lru_cache(4096)
def _word(word: str) -> str:
    """A word as the British write one of it."""
    for other, british in _WORDS if word.isascii() else ():
        word = other.sub(british, word)
    return word
