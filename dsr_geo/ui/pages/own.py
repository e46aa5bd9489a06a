"""The page Your layer: a file of the reader's, read, joined with the countries, beside records of the atlas."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from functools import partial
from pathlib import PurePath

import pandas as pd
import streamlit as st

from dsr_geo import export
from dsr_geo.atlas import Atlas
from dsr_geo.own import OwnLayer, counts
from dsr_geo.selection import Selection
from dsr_geo.ui import cache, link, menu, readers, turns, uploads
from dsr_geo.ui.parts import charts, own_layers
from dsr_geo.ui.parts.own_layers import Brought
from dsr_geo.ui.text import plain
from dsr_geo.upload import ENDINGS, Options, UploadProblem

_ABOUT = (
    "Bring places of your own: they are joined with the countries and territories they lie in, drawn on the map beside "
    "the atlas, and follow its filters of places and years. They are counted apart and are never part of the atlas, "
    "its counts and its citations."
)
_PRIVATE = (
    "The file stays with this session: it is read in a folder that is deleted at once, kept in memory, sent to nobody "
    "else, and gone when you remove it, or close or reload this page."
)
_FORMATS = "GeoJSON, zipped shapefile, GeoPackage, FlatGeobuf, GeoParquet, KML, KMZ, XLSX, or CSV"
_ROWS = 1_000
_ATTRIBUTES = 100_000
"""Of so many features a download has every attribute of their countries; of more, which country it is.

More get no Excel and no KML here, which are made in one piece while other readers wait: 100,000 features take 0.6 and
1.0 GiB and 4 and 12 times as long as CSV, 300,000 in Excel 1.3 GiB. Measured by
`python benchmarks/own.py --sizes 100000 300000 --formats xlsx kml csv`, 26 November 2026, load 12.
"""
_BARS = 15


def draw(atlas: Atlas) -> None:
    """Draw what the session has, and a place to drop a file."""
    selection = link.current(atlas)
    link.write("own", selection)
    menu.title("Your layer")
    st.markdown(_ABOUT)
    st.caption(_PRIVATE)
    _ask(atlas)
    for mine in own_layers.brought():
        with st.container(border=True):
            _layer(atlas, selection, mine)


def _ask(atlas: Atlas) -> None:
    st.session_state.setdefault("own_turn", 0)
    if sentence := readers.told():
        own_layers.refuse("", f"The file was refused: {sentence}")
        st.session_state["own_turn"] += 1  # the uploader has nothing to say of it but a number
    file = st.file_uploader(
        f"A file with places: {_FORMATS} with coordinates or countries",
        type=list(ENDINGS),
        key=f"own-file-{st.session_state['own_turn']}",
        on_change=link.touched,
    )
    if file:
        _read(atlas, file.name, file.getvalue(), Options(), id=file.file_id)
    if refused := own_layers.refused():
        st.error(plain(refused.sentence + "."))
        if refused.content:
            _again(atlas, refused.name, refused.content, Options(), "refused")


def _read(
    atlas: Atlas, name: str, content: bytes, options: Options, before: Brought | None = None, id: str = ""
) -> None:
    """Read a file and draw the page anew with it. before: what it takes the place of. id: of an upload."""
    own_layers.forget()
    with st.status("Reading the file", expanded=False) as status:
        try:
            with turns.away():  # it is read in a process of its own, for up to a minute
                own_layers.bring(
                    atlas, name, content, options, lambda words: status.update(label=f"{words} …"), before
                )
        except UploadProblem as problem:
            # A layer that is there has its file, and its own place to ask again.
            own_layers.refuse(name, str(problem), b"" if before else content)
    if id:
        uploads.let_go(id)
    st.session_state["own_turn"] += (
        1  # the uploader lets go of the file, a choice of layers of what was refused
    )
    st.rerun()


def _again(
    atlas: Atlas,
    name: str,
    content: bytes,
    options: Options,
    key: str,
    before: Brought | None = None,
) -> None:
    with (
        st.expander("Read it otherwise: coordinate system, encoding"),
        st.form(f"own-again-{key}", border=False),
    ):
        chosen = asdict(options)
        left, middle, right = st.columns(3, vertical_alignment="bottom")
        chosen["crs"] = left.text_input("Coordinate system", options.crs, 100, placeholder="EPSG:32650")
        chosen["encoding"] = middle.text_input(
            "Encoding of a table", options.encoding, 40, placeholder="gb18030"
        )
        chosen["swap"] = right.checkbox("Exchange longitude and latitude", options.swap)
        asked = st.form_submit_button("Read it again")
    if asked:
        _read(atlas, name, content, Options(**chosen), before)


def _layer(atlas: Atlas, selection: Selection, mine: Brought) -> None:
    layer, key = mine.layer, mine.drawn.id
    st.header(plain(layer.title), anchor=False)
    st.markdown(plain(own_layers.sentence(mine, atlas, selection)))
    with st.container(horizontal=True, vertical_alignment="center"):
        menu.to("explore", "Show on the map", selection)
        st.button(
            "Remove", key=f"remove-{key}", on_click=own_layers.remove, args=(mine,), icon=":material/delete:"
        )
    st.markdown("\n".join(f"- {plain(line)}" for line in layer.lines))
    if len(layer.layers) > 1:
        asked = st.selectbox(
            "Layer of the file",
            layer.layers,
            layer.layers.index(layer.layer),
            key=f"layer-{key}-{st.session_state['own_turn']}",
            on_change=link.touched,
        )
        if asked != layer.layer:
            _read(atlas, mine.name, mine.content, replace(mine.options, layer=asked), mine)
    _again(atlas, mine.name, mine.content, mine.options, key, mine)
    _beside(atlas, selection, mine)
    _table(atlas, selection, mine)


def _beside(atlas: Atlas, selection: Selection, mine: Brought) -> None:
    """Its features beside the records of a layer that the reader chooses."""
    layer, key = mine.layer, mine.drawn.id
    st.subheader("Beside records of the atlas", anchor=False)
    id = st.selectbox(
        "Which of your places lie in countries that have records of …",
        list(atlas.layers),
        index=None,
        format_func=lambda id: atlas.layers[id].title,
        placeholder="Choose a layer",
        key=f"beside-{key}",
        on_change=link.touched,
    )
    if not id:
        return
    asked = atlas.version, str(selection.query()), id
    found = mine.answer(("country", *asked), lambda: counts.by_country(layer, atlas, selection, id))
    if found.empty:
        st.info("None of your places that the filters show lies in a country or territory.")
        return
    st.markdown(f"**{plain(counts.sentence(layer, atlas, id, found))}**")
    title = atlas.layers[id].title
    by = st.segmented_control(
        "Counted by", ["Country or territory", "Group"], default="Country or territory", key=f"by-{key}"
    )
    if by == "Group":
        found = mine.answer(("group", *asked), lambda: counts.by_group(layer, atlas, selection, id))
        shown = found.rename(columns={"title": "Group", "family": "Kind of group"})
    else:
        shown = found.rename(columns={"name": "Country or territory", "region": "Region"})
    shown = shown.rename(columns={"own": "Yours", "records": title})
    st.dataframe(shown, hide_index=True, width="stretch", height=min(320, 38 + 35 * len(shown)))
    named = {"own": f"Yours: {layer.title}", "records": title}
    for column, (field, words) in zip(st.columns(2), named.items()):
        bars = found.set_axis(found.iloc[:, 0]).sort_values("own", ascending=False)[field].head(_BARS)
        with column:
            charts.show(
                atlas,
                charts.fresh(charts.bars(bars.rename_axis("name").rename("value").reset_index(), "number")),
                words,
                "; ".join(f"{name}: {number}" for name, number in bars.items()),
                shown,
                f"{'yours' if field == 'own' else id}-{key.replace(':', '-')}",
                f"The {_BARS} with most of yours." if len(found) > _BARS else "",
            )
    there = counts.where(layer, atlas, selection, id, found) if by != "Group" else None
    if there is not None and len(there.table):
        with st.expander(f"Your {len(there.table):,} places in countries with such records"):
            _rows(atlas, there)
            _downloads(atlas, Selection(), there, f"{key}-there", f"-{id}")


def _table(atlas: Atlas, selection: Selection, mine: Brought) -> None:
    st.subheader("Its features, joined", anchor=False)
    found = mine.layer.only(mine.layer.mask(atlas, selection))
    table = st.expander("As a table", key=f"table-{mine.drawn.id}", on_change="rerun")
    if table.open:
        with table:
            _rows(atlas, found)
    _downloads(atlas, selection, mine.layer, mine.drawn.id)


def _rows(atlas: Atlas, layer: OwnLayer) -> None:
    """The first rows with all that the join adds."""
    first = layer.only(pd.RangeIndex(len(layer.table)) < _ROWS).joined(atlas)
    if len(layer.table) > _ROWS:
        st.caption(f"The first {_ROWS:,} of {len(layer.table):,}; the downloads have all of them.")
    st.dataframe(pd.DataFrame(first.drop(columns="geometry")), hide_index=True, height=320, width="stretch")


def _downloads(atlas: Atlas, selection: Selection, layer: OwnLayer, key: str, more: str = "") -> None:
    """A button for each format; files are made when somebody asks for them."""
    many = int(layer.mask(atlas, selection).sum()) > _ATTRIBUTES
    stem = re.sub(r"[^\w-]+", "-", PurePath(layer.title).stem).strip("-") or "layer"
    forms = {ending: form for ending, form in export.FORMATS.items() if not (many and form.heavy)}
    with st.container(horizontal=True, key=f"downloads-{key}"):
        for ending, form in forms.items():
            st.download_button(
                f"Download {form.title}",
                own_layers.in_turn(partial(form.own, replace(layer, attributes=not many), atlas, selection)),
                f"{stem}{more}-joined.{ending}",
                form.mime,
                key=f"download-{key}-{ending}",
                on_click="ignore",
            )
    if many:
        heavy = " and ".join(form.title for form in export.FORMATS.values() if form.heavy)
        st.caption(
            f"Of more than {_ATTRIBUTES:,} features the files name the country of each, without its attributes, "
            f"and there are none in {heavy}: choose fewer by country or year, or let dsr-atlas map --joined write them."
        )
    nowhere = int(layer.table.geometry.isna().sum())
    lack = " and ".join(form.title for form in forms.values() if form.places_only)
    if nowhere and lack:
        st.caption(f"{lack} holds no features without a place; {nowhere:,} are left out of it.")


if __name__ == "__main__":
    draw(cache.atlas())
