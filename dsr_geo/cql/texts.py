"""How a filter compares text: composed as NFC, on request without case or accents, or by a pattern."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import numpy as np


def each(function: Callable[[str], str], texts: np.ndarray) -> np.ndarray:
    """A function of each text of an array."""
    return np.asarray(np.frompyfunc(function, 1, 1)(texts) if texts.size else texts, dtype=object)


def composed(text: str) -> str:
    """The text as NFC, so that one accented letter is the same however it was typed."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def casei(text: str) -> str:
    """Without difference of case: Unicode's full case folding."""
    return composed(text.casefold())


def accenti(text: str) -> str:
    """Without accents: Unicode's decomposition without its marks; `ø` is a letter of its own."""
    signs = unicodedata.normalize("NFD", text)
    return composed("".join(sign for sign in signs if unicodedata.category(sign) != "Mn"))


def pattern(like: str) -> re.Pattern[str]:
    """A pattern of LIKE: % is anything, _ one character, a backslash takes the next sign as it is.

    Each part between two % is looked for once, at its first place, so that no pattern takes long.
    """
    parts = [""]
    for sign in re.findall(r"\\.|_+|.", like, re.DOTALL):
        if sign == "%":
            parts.append("")
        else:
            parts[-1] += f".{{{len(sign)}}}" if sign[0] == "_" else re.escape(sign[-1])
    if len(parts) == 1:
        return re.compile(parts[0], re.DOTALL)
    middle = "".join(f"(?>.*?{part})" for part in parts[1:-1] if part)
    return re.compile(f"{parts[0]}{middle}.*{parts[-1]}", re.DOTALL)
