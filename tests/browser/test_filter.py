"""The filters that the map answers by itself hold the same records as Python's `Selection`."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from waiting import becomes, settled

import dsr_geo
from dsr_geo import Selection, records, webmap

HANDLE = "document.querySelector('.atlas-host').atlas"
SHOWN = """async (states) => {
  const { queryOf } = await import(`${location.origin}/atlas/assets/data/filter.js`);
  const handle = document.querySelector(".atlas-host").atlas, { store, options } = handle.parts;
  return Promise.all(states.map(async (state) => {
    handle.update(state);
    const tallies = handle.painter.look({ filters: store.filters(state), theme: "light" });
    const query = queryOf({ ...state, host: { shown: [] } }, options.filters).toString();
    return [handle.drawn().ids, query, (await tallies)[0]];
  }));
}"""


def draw(pick: random.Random, options, most: int, often: float = 0.25) -> tuple:
    return tuple(pick.sample(list(options), pick.randint(1, most))) if pick.random() < often else ()


def test_bars_of_the_years_count_as_python_does(open_page, published):
    """With a group, too, in which countries were members for a time."""
    atlas, page = published, open_page()
    for selection in (
        Selection(),
        Selection(groups=("eaeu",)),
        Selection(groups=("eu", "sco"), kinds=("cloud_region",)),
    ):
        ((_, _, tally),) = page.evaluate(SHOWN, [webmap.state(atlas, selection)])
        for year in range(atlas.years[0], atlas.years[1] + 1):
            expected = replace(selection, years=(year, year), undated=False).mask(atlas).sum()
            assert tally["present"].get(str(year), 0) == expected, (selection, year)


@pytest.mark.parametrize("many", [50, pytest.param(400, marks=pytest.mark.soak)])
def test_random_selections_hold_the_same_records_on_both_sides(open_page, published, many):
    atlas, pick = published, random.Random(many)
    kinds = [kind for layer in atlas.layers.values() for kind in layer.kinds]
    first, last = atlas.years
    asked, expected = [], []
    for _ in range(many):
        others = Selection(
            countries=draw(pick, atlas.hosts["country"].unique(), 5),
            groups=draw(pick, atlas.countries.groups.index, 3),
            statuses=draw(pick, ["operating", "announced", "construction", "retired", "signed", "ended"], 3),
            evidence=draw(pick, records.EVIDENCE, 2),
            actors=draw(pick, atlas.actors.index, 60, 0.15),
            roles=draw(pick, records.ROLES, 3),
            text=pick.choice(["", "", "huawei", "网"]),
            ended=pick.random() < 0.3,
            opt_in=pick.random() < 0.3,
        )
        years = (pick.randint(first, last), pick.randint(first, last)) if pick.random() < 0.8 else None
        own = {
            "layers": draw(pick, atlas.layers, 8, 0.5),
            "kinds": draw(pick, kinds, 12, 0.5),
            "years": years,
            "undated": pick.random() < 0.6,
        }
        whole = replace(others, **own)
        # The host knows the other filters only; the browser has put its own ones in their place.
        state = webmap.state(atlas, others) | {
            "shown": list(own["layers"]) or webmap.state(atlas, Selection())["shown"],
            "kinds": list(whole.kinds),
            "years": list(whole.years) if years else None,
            "undated": own["undated"],
        }
        asked.append(state)
        expected.append(sorted(whole.records(atlas).index))
    page = open_page()
    found = page.evaluate(SHOWN, asked)
    other = [state["query"] for state, (ids, _, _), own in zip(asked, found, expected) if sorted(ids) != own]
    assert other == []
    assert sum(map(bool, expected)) >= 0.4 * many, "too few of the random selections hold anything"
    layer_of = atlas.records["layer"]
    for ids, _, tally in found:  # the painter draws the same ones, and the legend counts them
        assert {id: n for id, n in tally["on"].items() if n} == layer_of[ids].value_counts().to_dict()
    for (_, query, _), state in zip(found, asked):
        selection, problems = dsr_geo.from_query(parse_qs(query), atlas)
        assert not problems
        assert (sorted(selection.layers), list(selection.kinds), selection.undated) == (
            sorted(state["shown"]),
            state["kinds"],
            state["undated"],
        )
        assert (list(selection.years) if selection.years else None) == state["years"]


def test_the_map_answers_the_pages_filters_before_the_server(open_page, published):
    """Words of all of them are read back in tests/js/choices.test.js."""
    page = open_page()
    page.get_by_text("More filters").click()
    settled(page)
    silent = "() => { document.querySelector('.atlas-host').atlasPage = Promise.resolve({ update() {} }); }"
    page.evaluate(silent)  # the server's answers do not reach the map
    box = page.get_by_role("combobox", name="Region or group").first
    box.click()
    box.fill("Southern Asia")
    page.get_by_role("option", name=re.compile("^Southern Asia")).first.click()
    page.keyboard.press("Escape")

    def shows(wanted: Selection) -> None:
        found = sorted(wanted.records(published).index)
        becomes(page, lambda: sorted(page.evaluate(f"{HANDLE}.drawn().ids")), found)

    shows(Selection(groups=("southern-asia",)))
    settled(page)
    page.locator(".st-key-ended label").first.click()
    shows(Selection(groups=("southern-asia",), ended=True))
