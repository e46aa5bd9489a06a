"""How text is compared; the cases are those that tests/js/spelling.test.js reads, too."""

import json
from pathlib import Path

import pytest

from dsr_geo.spelling import fold, pattern, words

CASES = json.loads(Path(__file__).with_name("spellings.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("spellings", CASES["same"], ids=lambda spellings: spellings[0])
def test_spellings_of_one_name_are_one_text(spellings):
    assert len({fold(text) for text in spellings}) == 1, [fold(text) for text in spellings]


def held(text, asked):
    return all(pattern(word, whole=True) in words(text) for word in fold(asked).split())


@pytest.mark.parametrize(("text", "asked"), CASES["within"])
def test_a_text_has_each_word_however_it_is_written(text, asked):
    assert held(text, asked), words(text)


@pytest.mark.parametrize(("text", "asked"), CASES["not_within"])
def test_a_part_of_a_word_is_no_word(text, asked):
    assert not held(text, asked)


def test_a_beginning_can_be_asked_for_and_scripts_without_spaces_anywhere():
    assert pattern("nair", whole=False) in words("Nairobi") and pattern("irobi", whole=False) not in words(
        "Nairobi"
    )
    assert pattern("云", whole=True) in words("华为云")
