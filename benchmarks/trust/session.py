"""One reader without a browser: what a browser says on Streamlit's websocket, and what it keeps of the answers."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetStates

SIDEBAR = {
    "text", "layers", "groups", "countries", "years", "actors", "kinds", "statuses", "evidence", "actor_types",
    "roles", "precisions", "undated", "ended", "opt_in", "shade", "shade_year",
}  # fmt: skip
"""Widgets that stay when a page is left."""


class Session:
    """A reader's session.

    ids: of widgets, by their keys. labels: their options in words. query: the address as the server wrote it last.
    errors: exceptions that a page showed.
    """

    def __init__(self, base: str) -> None:
        self.base, self.page, self.query = base, "", ""
        self.ids: dict[str, str] = {}
        self.labels: dict[str, list[str]] = {}
        self.errors: list[str] = []
        self._values: dict[str, tuple[str, object]] = {}
        self._pages: dict[str, str] = {}
        self._socket = None

    async def open(self) -> Session:
        """Connect; returns the session itself."""
        place = urlsplit(self.base).netloc
        self._socket = await websockets.connect(
            f"ws://{place}/_stcore/stream",
            subprotocols=["streamlit"],
            origin=f"http://{place}",
            max_size=None,
            max_queue=None,
            ping_interval=None,
            open_timeout=120,
        )
        return self

    async def close(self) -> None:
        """Leave."""
        await self._socket.close()

    async def send(self, message: BackMsg) -> None:
        """Say anything to the server."""
        await self._socket.send(message.SerializeToString())

    async def act(
        self,
        page: str | None = None,
        query: str | None = None,
        timeout: float = 120,
        **changed: tuple[str, object],
    ) -> float:
        """Open a page or a link, or set widgets; seconds until the script has finished.

        changed: widget's key → field of its state and value.
        """
        for key, value in changed.items():
            self._values[self.ids[key]] = value
        if page not in (None, self.page):
            self.page = page
            # A browser forgets the widgets of the page it leaves.
            self._values = {id: value for id, value in self._values.items() if _key(id) in SIDEBAR}
        message = BackMsg()
        run = message.rerun_script
        run.query_string = self.query if query is None else query
        run.is_history_navigation = query is not None and bool(self.ids)
        if self.page in self._pages:
            run.page_script_hash = self._pages[self.page]
        else:
            run.page_name = self.page
        run.widget_states.CopyFrom(self._states())
        run.context_info.url = f"{self.base}/{self.page}"
        begin = time.perf_counter()
        await self.send(message)
        await asyncio.wait_for(self._finished(), timeout)
        return time.perf_counter() - begin

    def _states(self) -> WidgetStates:
        states = WidgetStates()
        for id, (field, value) in self._values.items():
            one = states.widgets.add()
            one.id = id
            if field.endswith("array_value"):
                getattr(one, field).data.extend(value)
                getattr(one, field).SetInParent()
            elif value is not None:  # a select box without a choice is told by its id alone
                setattr(one, field, value)
        return states

    async def _finished(self) -> None:
        while True:
            message = ForwardMsg.FromString(await self._socket.recv())
            kind = message.WhichOneof("type")
            if kind == "delta":
                self._drawn(message.delta)
            elif kind == "navigation":
                for page in message.navigation.app_pages:
                    self._pages["" if page.is_default else page.url_pathname] = page.page_script_hash
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return

    def _drawn(self, delta: Delta) -> None:
        kind = delta.new_element.WhichOneof("type") if delta.WhichOneof("type") == "new_element" else None
        one = getattr(delta.new_element, kind) if kind else None
        if kind == "exception":
            self.errors.append(f"{one.type}: {one.message}")
        elif kind == "multiselect":
            chosen = list(one.raw_values) if one.set_value else [one.options[i] for i in one.default]
            self._keep(one, "string_array_value", chosen)
            self.labels[_key(one.id)] = list(one.options)
        elif kind == "text_input":
            self._keep(one, "string_value", one.value if one.set_value else one.default)
        elif kind == "checkbox":
            self._keep(one, "bool_value", one.value if one.set_value else one.default)
        elif kind == "slider":
            self._keep(one, "double_array_value", list(one.value if one.set_value else one.default))
        elif kind in ("selectbox", "radio"):
            usual = one.options[one.default] if one.HasField("default") else None
            self._keep(one, "string_value", (one.raw_value if one.set_value else "") or usual)
            self.labels[_key(one.id)] = list(one.options)

    def _keep(self, one, field: str, value: object) -> None:
        self.ids[_key(one.id)] = one.id
        if one.id not in self._values or one.set_value:
            self._values[one.id] = field, value


def _key(id: str) -> str:
    """The key at the end of a widget's id (`$$ID-<hash>-<key>`)."""
    return id.split("-", 2)[2] if id.startswith("$$ID-") else id
