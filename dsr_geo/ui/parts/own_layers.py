"""Layers of the reader's own in the session: brought, shown on the map beside the atlas, taken away.

They live in the state of the session and nowhere else, and go with it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from html import escape
from threading import Lock, Semaphore
from typing import Any
from weakref import WeakSet

import numpy as np
import pandas as pd
import streamlit as st

from dsr_geo.atlas import Atlas
from dsr_geo.own import OwnLayer, own_layer
from dsr_geo.selection import Selection
from dsr_geo.ui import held, link, menu, turns
from dsr_geo.ui.text import plain
from dsr_geo.upload import Options, UploadProblem
from dsr_geo.webmap import own as webmap_own
from dsr_geo.webmap.own import Drawn

MOST = 4
"""So many layers a reader may have: each has a colour of its own."""

READER_BYTES = 500_000_000
"""Memory that one reader's layers may take; a million points take 300 MB, with the file."""

ALL_BYTES = 2_000_000_000
"""Memory that all readers' layers may take in one process, with files that are kept to be read otherwise."""

_FEATURE = 166  # bytes of a geometry, which pandas does not count, and of two years
_TURNS = Semaphore(2)  # files read at once, each in a process of its own
_MARK = "own:"


@dataclass(eq=False)
class Brought:
    """A layer in the session. drawn: how the map has it, without its content, which is at an address (`address`).

    content: the file, to be read once more; name: what it is called. kept: answers about the layer, by what was asked.
    whole: memory that all of this takes but for `kept`.
    """

    name: str
    content: bytes
    options: Options
    layer: OwnLayer
    drawn: Drawn
    address: held.Held
    whole: int
    kept: dict[Any, Any] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """Memory it takes."""
        return self.whole + sum(map(_size, tuple(self.kept.values())))

    def answer(self, asked: Any, make: Callable[[], Any]) -> Any:
        """What `make` gives, made once for what was asked."""
        if asked not in self.kept:
            if len(self.kept) >= 12:
                self.kept.clear()
            self.kept[asked] = make()
        return self.kept[asked]


@dataclass(eq=False)
class Refused:
    """A file that could not be read: its name, why, and the file, to be read otherwise (empty where it is not kept)."""

    name: str
    sentence: str
    content: bytes = b""

    @property
    def bytes(self) -> int:
        """Memory it takes."""
        return len(self.content)


_ALL: WeakSet[Brought | Refused] = WeakSet()
_LOCK = Lock()
"""Held while `_ALL` is gone through or added to: sessions run beside each other."""


def brought() -> list[Brought]:
    """The layers of this session, in the order they came."""
    return st.session_state.setdefault("own", [])


def bring(
    atlas: Atlas,
    name: str,
    content: bytes,
    options: Options,
    stage: Callable[[str], None],
    before: Brought | None = None,
) -> None:
    """Read a file, join it, and put it on the map. stage: is told what is being done. before: what it takes the place
    of.

    Raises `UploadProblem`, a sentence, also where there is no room for it.
    """
    mine, number = [each for each in brought() if each is not before], st.session_state.get("own_number", 0)
    if len(mine) >= MOST:
        raise UploadProblem(f"{name} is one layer too many: {MOST} can be here at once; remove one first")
    stage("Waiting for other readers' files")
    with _TURNS:
        with _LOCK:
            _see_to_room(name, len(content), mine, before)
        layer = own_layer(
            atlas, content, name, options.layer, options.crs, options.encoding, options.swap, stage=stage
        )
        stage("Preparing it for the map")
        (drawn,) = webmap_own.drawn([layer], number)
        entry, big = drawn.entry, isinstance(drawn.content, bytes)
        address = held.hold(drawn.file, "application/octet-stream" if big else "application/json")
        # Two steps up from the files of the map's version: where the app lies, only the browser knows.
        entry = entry | {"columns" if big else "features": f"/../../own/{address.name}"}
        drawn = replace(drawn, entry=entry, content=b"")
        whole = _size(layer.table) + _FEATURE * len(layer.table) + len(content) + len(address.body)
        made = Brought(name, content, options, layer, drawn, address, whole)
        with _LOCK:
            _see_to_room(name, made.bytes, mine, before)
            _ALL.add(made)
    st.session_state["own_number"] = number + 1
    if before:
        remove(before)
    brought().append(made)


def _see_to_room(name: str, needed: int, mine: list[Brought], before: Brought | None) -> None:
    """Whether so many bytes more find room. Raises `UploadProblem`. To be called with `_LOCK`."""
    everybody = [each for each in _ALL if each is not before]
    for whose, others, room in (
        ("your layers", mine, READER_BYTES),
        ("those of all readers", everybody, ALL_BYTES),
    ):
        if sum(each.bytes for each in others) + needed > room:
            cure = "remove one first, or take a part of the file" if others else "take a part of it"
            raise UploadProblem(
                f"{name} takes {needed / 1e6:,.0f} MB of memory, and {whose} may take {room / 1e6:,.0f} MB "
                f"together; {cure}"
            )


def _size(kept: Any) -> int:
    """Bytes of what is kept, as far as it is known."""
    if isinstance(kept, pd.DataFrame):
        return int(kept.memory_usage(deep=True).sum())
    return kept.nbytes if isinstance(kept, np.ndarray) else sys.getsizeof(kept)


def refused() -> Refused | None:
    """What was refused last in this session, if nothing was read since."""
    return st.session_state.get("own_refused")


def refuse(name: str, sentence: str, content: bytes = b"") -> None:
    """Remember that a file was refused, and why; the file as well, if it is given and there is room for it."""
    made = Refused(name, sentence, content)
    with _LOCK:
        try:
            _see_to_room(name, made.bytes, brought(), None)
        except UploadProblem:
            made.content = b""
        _ALL.add(made)
    st.session_state["own_refused"] = made


def forget() -> None:
    """Let go of the file that was refused, as another is read, or the same once more."""
    if last := st.session_state.pop("own_refused", None):
        with _LOCK:
            _ALL.discard(last)


def in_turn(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """What makes a download when somebody asks for it: outside of any run, one file at a time."""

    def made() -> bytes:
        with turns.place():
            return make()

    return made


def remove(layer: Brought) -> None:
    """Callback: take a layer away, its address and its file with it."""
    link.touched()
    if layer in (mine := brought()):
        mine.remove(layer)
    st.session_state.get("own_off", set()).discard(layer.drawn.id)
    if _number_of(st.session_state.get("own_record"))[0] == layer.drawn.id:
        st.session_state["own_record"] = None


def on_map(atlas: Atlas, state: dict[str, Any], shown: bool = True) -> dict[str, Any]:
    """A state of the map (`webmap.state`) with the reader's layers; shown: whether any of them is on."""
    mine = [each.drawn for each in brought()]
    entries = [each.entry for each in mine]
    if not mine or not shown:
        return state | {"own": entries}
    state = webmap_own.beside(state, len(atlas.records), mine)
    off = st.session_state.get("own_off", set())
    on = [id for id in state["shown"] if id not in off]
    if st.session_state.get("own_alone") and (alone := [id for id in on if id.startswith(_MARK)]):
        on = alone
    chosen = state["chosen"] or st.session_state.get("own_record")
    return state | {"shown": on, "own": entries, "chosen": chosen}


def filtered(ticked: dict[str, Any], shown: Iterable[str]) -> dict[str, Any]:
    """What the reader ticked in the map, without the layers of their own, which are seen to here.

    shown: the layers of the atlas that were on; where they still are, `layers` is None.
    """
    layers = ticked["layers"]
    if layers:
        on = {id for id in layers if id.startswith(_MARK)}
        layers = [id for id in layers if id not in on]
        st.session_state["own_off"] = {each.drawn.id for each in brought()} - on
        st.session_state["own_alone"] = not layers
        layers = None if sorted(layers) == sorted(shown) else layers
    kinds = [kind for kind in ticked["kinds"] if not kind.startswith(_MARK)]
    return {**ticked, "layers": layers, "kinds": kinds}


def choose(id: str | None) -> None:
    """Callback: choose one of the reader's features, or none."""
    link.touched()
    st.session_state["own_record"] = id if id and id.startswith(_MARK) else None


def chosen() -> str | None:
    """The reader's feature that is chosen, if it is still there."""
    id = st.session_state.get("own_record")
    return id if id and _of(id) else None


def card(id: str) -> None:
    """Draw what the chosen feature says of itself, and where it lies."""
    st.button("Close", icon=":material/close:", on_click=choose, args=(None,), type="tertiary")
    found = _of(id)
    if not found:
        return
    mine, row = found
    name, lines = webmap_own.card(mine.layer, row)
    st.subheader(plain(name), anchor=False)
    st.caption(plain(f"Your layer “{mine.layer.title}”, no part of the atlas"))
    st.html(
        "<dl>" + "".join(f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in lines) + "</dl>"
    )


def sentences(atlas: Atlas, selection: Selection) -> None:
    """Draw a sentence for each of the reader's layers, apart from the atlas' own, with a link to their page."""
    mine = brought()
    if not mine:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="own-words"):
        for each in mine:
            st.caption(plain(sentence(each, atlas, selection)), width="content")
        menu.to("own", "Your layer: table, join, downloads", selection)


def sentence(mine: Brought, atlas: Atlas, selection: Selection) -> str:
    """What a selection shows of a layer."""
    asked = ("sentence", atlas.version, str(selection.query()))
    return mine.answer(asked, lambda: mine.layer.sentence(atlas, selection))


def _number_of(id: str | None) -> tuple[str, int]:
    layer, _, number = (id or "").rpartition(":")
    return (layer, int(number)) if number.isdecimal() and number.isascii() else ("", -1)


def _of(id: str) -> tuple[Brought, int] | None:
    """The layer of a feature of the map, and its row."""
    layer, number = _number_of(id)
    mine = next((each for each in brought() if each.drawn.id == layer), None)
    if not mine:
        return None
    # Records of the map are rows, or those of them that have a place.
    whole = mine.drawn.rows > 0
    rows = np.arange(mine.drawn.rows) if whole else mine.answer("rows", lambda: webmap_own.rows(mine.layer))
    return (mine, int(rows[number])) if 0 <= number < len(rows) else None
