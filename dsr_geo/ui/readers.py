"""Who is here: the readers' sessions, whose they are, and how many there may be."""

from __future__ import annotations

import logging
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Lock
from weakref import WeakSet

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dsr_geo.ui.text import plain

MOST = 500
"""So many sessions one process holds, 0.5 to 1.5 MB each; Streamlit keeps up to 128 that left, for two minutes."""

MOST_OF_ONE = MOST // 5
"""So many of them are open from one address at most. A newsroom or a school behind one address has that many readers
of its own; whoever means harm needs five addresses to keep everybody else out."""

_HERE = "here"
_LOG = logging.getLogger(__name__)


class Reader:
    """Somebody who was let in: lives in the state of the session, and goes with it.

    session: its id. client: whose it is, as `client` has it. page: the one that is open. told: a sentence that the
    page has to say when it is drawn next.
    """

    def __init__(self, session: str) -> None:
        self.session, self.client, self.page, self.told = session, "", "", ""


_READERS: WeakSet[Reader] = WeakSet()
_LOCK = Lock()
"""Held while `_READERS` is gone through or added to: sessions run beside each other."""


def client(host: str | None) -> str:
    """Whose an address is, "" where that is not known.

    One line has a network of addresses of version 6 (/64). From the machine itself comes its own reader, or a proxy
    that does not say for whom: such readers are not told apart, and so not counted together.
    """
    try:
        here: IPv4Address | IPv6Address = ip_address((host or "").partition("%")[0])
    except ValueError:
        return ""
    if isinstance(here, IPv6Address) and here.ipv4_mapped:
        here = here.ipv4_mapped
    if here.is_loopback:
        return ""
    return str(here) if here.version == 4 else str(ip_network((here, 64), strict=False))


def everybody() -> list[Reader]:
    """All who were let in and are not forgotten yet."""
    with _LOCK:
        return list(_READERS)


def of(session: str) -> Reader | None:
    """Who was let in with a session."""
    return next((each for each in everybody() if each.session == session), None)


def _is_open(reader: Reader) -> bool:
    return runtime.get_instance().is_active_session(reader.session)


def here() -> Reader | None:
    """In a run of the script: its reader, if one was let in."""
    return st.session_state.get(_HERE)


def opened(page: str) -> None:
    """In a run of the script: its reader sees a page, by its name in `PAGES`."""
    if reader := here():
        reader.page = page


def told() -> str:
    """In a run of the script: what its reader is to be told, once."""
    reader = here()
    sentence = reader.told if reader else ""
    if reader:
        reader.told = ""
    return sentence


def refusal() -> str:
    """In a run of the script: why a session that begins finds no room, in Markdown, or ""."""
    context, whose = get_script_run_ctx(), client(st.context.ip_address)
    if _HERE not in st.session_state:
        others = everybody()
        if len(others) >= MOST:
            return f"The atlas has as many readers as it can answer at once ({MOST})."
        # Those that left do not count here: who loads a page anew has two of them.
        near = [each for each in others if whose and each.client == whose and _is_open(each)]
        if whose and len(near) >= MOST_OF_ONE:
            _LOG.warning(
                "%s sessions are open from %s, and the next was refused. If that is a proxy, let it send "
                "X-Forwarded-For, and name it in FORWARDED_ALLOW_IPS (docs/serve.md).",
                len(near),
                whose,
            )
            return (
                f"The atlas is open {MOST_OF_ONE} times from your address ({plain(whose)}), as often as it may be "
                "from one. Close what you do not need."
            )
        st.session_state[_HERE] = made = Reader(context.session_id if context else "")
        with _LOCK:
            _READERS.add(made)
    st.session_state[_HERE].client = whose
    return ""
