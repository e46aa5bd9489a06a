"""A request to the API: what it asks for, in which form, and the addresses that lead on from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import Request

from dsr_geo.api.http import CSV, GEOJSON, HTML, JSON, JSONLD, OPENAPI, SCHEMA, Refusal, home, quoted, weights

PREFIX = "/api"
"""Where the API lives, below the path the app is served under."""

MIMES = {
    "json": (JSON, GEOJSON, "application/vnd.geo+json", SCHEMA, OPENAPI.partition(";")[0], JSONLD),
    "html": (HTML, "application/xhtml+xml"),
    "csv": (CSV,),
}
"""Forms of an answer, as `f` names them, and the media types that ask for each."""

_MOST = 60
"""Parameters of one request."""

Link = dict[str, str]


class Asked:
    """A request, read. `path`: what follows `/api`, without a slash before it. `values`: its parameters, each once.

    `root`: the API's address as the reader has it. `home`: the app's. `up`: the way from here to below `/api/`, for
    pages: it holds whatever a proxy has done to the address. Raises `Refusal` for a query that is no text.
    """

    def __init__(self, request: Request, base: str):
        self.request = request
        self.home = home(request, base)
        self.root = self.home + PREFIX
        self.path = request.path_params.get("rest", "")
        raw = (request.scope.get("raw_path") or quote(request.scope["path"]).encode()).split(b"?")[0]
        before = request.scope["path"].removesuffix(self.path).rstrip("/")  # what follows may say /api again
        below = raw.count(b"/") - before.count("/")
        self.up = "../" * (below - 1) if below else f"{PREFIX[1:]}/"
        self.values = _values(request.scope["query_string"])

    def read(self, known: Iterable[str]) -> None:
        """Raise `Refusal` for a parameter that means nothing here."""
        names = list(known)
        for name in self.values:
            if name not in names:
                near = get_close_matches(name, names, n=1)
                hint = f"; the nearest is {near[0]}" if near else ""
                raise Refusal(
                    400, f"There is no parameter {quoted(name)} here; use {', '.join(names)}{hint}."
                )

    def form(self, *offered: str) -> str:
        """The form to answer in: by `f`, or else by what the reader's program would rather have."""
        asked = self.values.get("f")
        if asked is not None:
            if asked not in offered:
                raise Refusal(400, f"f is {quoted(asked)}; use {' or '.join(offered)}.")
            return asked
        accepted = weights(self.request.headers.get("accept", ""))

        def weight(form: str) -> float:
            return max(
                accepted.get(mime, accepted.get(mime.partition("/")[0] + "/*", accepted.get("*/*", 0.0)))
                for mime in MIMES[form]
            )

        return max(offered, key=weight)  # the first of those that are alike

    def href(self, path: str = "", query: Mapping[str, Any] | None = None) -> str:
        """An address below the API's own. path: its parts, not yet quoted where they are somebody's ids."""
        return f"{self.root}{'/' if path else ''}{path}" + (f"?{urlencode(query)}" if query else "")

    def link(
        self, rel: str, mime: str, title: str, path: str = "", query: Mapping[str, Any] | None = None
    ) -> Link:
        return {"href": self.href(path, query), "rel": rel, "type": mime, "title": title}

    def itself(self, mime: str, others: Mapping[str, str], title: str = "This document") -> list[Link]:
        """Links to this very answer and to its other forms. mime: of this one. others: form → media type."""
        path = quote(self.path)
        links = [self.link("self", mime, title, path, self.values)]
        for form, other in others.items():
            links.append(
                self.link("alternate", other, f"{title} as {form.upper()}", path, self.values | {"f": form})
            )
        return links


def _values(query: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST
        )
    except UnicodeDecodeError:
        raise Refusal(400, "The address is not UTF-8; percent-encode it as UTF-8.") from None
    except ValueError:
        raise Refusal(400, f"The address has more than {_MOST} parameters; use fewer.") from None
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise Refusal(400, f"The parameter {quoted(name)} stands twice; give it once.")
        values[name] = value
    return values
