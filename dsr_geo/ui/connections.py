"""Connections before anything of ours is asked: how long a request may take to arrive, how large a message may be.

uvicorn, as Streamlit starts it, waits for ever for the rest of a request, and takes messages of 200 MB.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable

from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

PATIENCE = 30.0
"""Seconds that the head of a request may take, and twice as many at most."""

MESSAGE = 1_200_000
"""Bytes of a message on a websocket. Streamlit closes the line at 1 MB (`maxWidgetStateSize`), when it has it all."""


class Impatient(H11Protocol):
    """One connection, closed when it is left without a whole request for too long."""

    _seen: object = None
    _look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look = self.loop.call_later(PATIENCE, self._is_waiting, object())

    def connection_lost(self, exc: Exception | None) -> None:
        if self._look:
            self._look.cancel()
        super().connection_lost(exc)

    def _is_waiting(self, before: object) -> None:
        """Close if no request came since the last look, and none is being answered."""
        if self.transport.is_closing() or self.transport.get_protocol() is not self:  # a websocket by now
            return
        if self.cycle is before:
            return self.transport.close()
        answered = self.cycle is None or self.cycle.response_complete
        self._look = self.loop.call_later(PATIENCE, self._is_waiting, self.cycle if answered else object())


def bound(servers: Iterable[Config]) -> None:
    """Hold servers that are about to start to these bounds, and let them have the connections that the system does."""
    for each in servers:
        each.ws_max_size = MESSAGE
        if each.http_protocol_class is H11Protocol:
            each.http_protocol_class = Impatient
    if resource:
        with contextlib.suppress(ValueError, OSError):
            hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
