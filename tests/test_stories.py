"""Stories are data: what is wrong in the file is said in a sentence with the cure."""

from dataclasses import replace

import pytest

from dsr_geo import stories

GOOD = '''[first]
title = "First"
text = """A sentence.
Another."""
selection = "layer=towers&country=AAA"
sources = ["report"]
'''


def read(atlas, text: str):
    return stories.load(replace(atlas, files=atlas.files | {"stories.toml": text.encode()}))


def test_a_story_is_read(atlas):
    story = read(atlas, GOOD)["first"]
    assert (story.title, story.text, story.sources) == ("First", "A sentence. Another.", ("report",))
    assert story.selection.layers == ("towers",) and story.selection.countries == ("AAA",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title = "First"', "", "'title' is missing"),
        ('title = "First"', 'title = "First"\nmood = "blue"', "unknown key 'mood'"),
        ('["report"]', '["rumour"]', "source 'rumour' is not in sources.csv"),
        ('["report"]', '"report"', "'sources' has to be a list"),
        ("layer=towers", "layer=moons", "moons"),
        ("layer=towers", "layr=towers", "layr"),
        ("country=AAA", "q=unicorn", "holds no record"),
        ("[first]", "[first", "not valid TOML"),
        ("[first]", "loose = 1\n[first]", "story 'loose': it is not a table"),
    ],
)
def test_what_is_wrong_is_named_with_the_cure(atlas, old, new, said):
    with pytest.raises(stories.StoryError, match="stories.toml") as error:
        read(atlas, GOOD.replace(old, new))
    assert said in str(error.value)


def test_published_stories_hold_records_and_sources(published):
    told = stories.load(published)
    assert len(told) >= 5
    for story in told.values():
        assert (
            2 <= story.text.count(". ") + 1 <= 4 and len(story.selection.records(published)) and story.sources
        )
