"""The map as a folium.Map: it shows itself in a notebook, and saved it is one file that works offline."""

from __future__ import annotations

import base64
import json
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, Figure
from jinja2 import Template

from dsr_geo import webmap
from dsr_geo.atlas import Atlas
from dsr_geo.own import OwnLayer
from dsr_geo.selection import Selection
from dsr_geo.webmap.columns import BigLayer
from dsr_geo.webmap.own import Drawn, beside, drawn

_APP_ONLY = (*webmap.STARTS, "page.js")


def _address(content: bytes, mime: str) -> str:
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"


def _inline(path: Path, mime: str) -> str:
    return _address(path.read_bytes(), mime)


def _leaflet_style() -> str:
    """Leaflet's style sheet with its pictures inside (those of the layer control)."""
    text = (webmap.LEAFLET / "leaflet.css").read_text(encoding="utf-8")
    pictures = webmap.LEAFLET / "images"
    # Leaflet finds out by this one where its pictures lie; `_page` says so itself.
    inside = re.sub(
        r"url\(images/(layers[\w.-]*)\)",
        lambda found: f"url({_inline(pictures / found[1], 'image/png')})",
        text,
    )
    return _address(inside.encode(), "text/css")


def _page() -> str:
    """The script of what folium's elements look for: pictures of Leaflet's markers, and all that is in `folium.js`."""
    pictures = {
        "iconUrl": "marker-icon.png",
        "iconRetinaUrl": "marker-icon-2x.png",
        "shadowUrl": "marker-shadow.png",
    }
    inline = {name: _inline(webmap.LEAFLET / "images" / file, "image/png") for name, file in pictures.items()}
    script = f"L.Icon.Default.imagePath = ''; L.Icon.Default.mergeOptions({json.dumps(inline)});\n"
    return _address(script.encode() + webmap.FOLIUM.read_bytes(), "text/javascript")


class AtlasMap(folium.Map):
    """A folium.Map with our window and nothing from other origins: Leaflet is inside the page it renders.

    Other layers and plugins of folium can be added to it. What is folium's own works offline (popups, icons, the layer
    control); what its plugins load is theirs: a warning names it when the map is rendered, and the page when it did not
    come. The text that is handed to them is theirs, too: folium takes it for the source of a template.
    """

    default_js = [
        ("leaflet", _inline(webmap.LEAFLET / "leaflet.js", "text/javascript")),
        ("folium", _page()),
    ]
    # Names are keys of folium's page, of scripts and styles together: two alike, and one is lost.
    default_css = [
        ("leaflet_style", _leaflet_style()),
        ("atlas_style", _inline(webmap.JS / "map.css", "text/css")),
    ]

    def __init__(self, **kwargs: Any):
        super().__init__(location=webmap.MAP["center"], zoom_start=webmap.MAP["zoom"], tiles=None, **kwargs)
        self.options |= {key: value for key, value in webmap.MAP.items() if key not in ("center", "zoom")}

    def render(self, **kwargs: Any) -> str:
        """Put the map into its page; warns of what the page will ask other servers for."""
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        if asked := sorted(set(_asked(self.get_root()))):
            warnings.warn(
                f"without a network the map lacks what it would load: {'; '.join(asked)}", stacklevel=2
            )
        return ""


def _asked(element: Element) -> Iterator[str]:
    """What an element and those below it ask other servers for, with the names of those who ask."""
    options = getattr(element, "options", None)
    about = options if isinstance(options, dict) else {}
    given = [getattr(element, "url", None), getattr(element, "tiles", None)]
    given += [value for key, value in about.items() if "url" in str(key).lower()]
    for address in given:
        if isinstance(address, str) and re.match(r"(https?:)?//", address):
            yield f"{type(element).__name__} {address}"
    parts = [element.header, element.html, element.script] if isinstance(element, Figure) else []
    for each in [*element._children.values(), *parts]:
        yield from _asked(each)


class _Verbatim(Element):
    """A part of a page that stays as it is: folium takes what its own elements render for the source of a template."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str):
        super().__init__()
        self.text = text


class AtlasElement(Element):
    """Draws the atlas on a folium.Map of any kind: its files and a state go into the page as a value of its script."""

    def __init__(
        self, atlas: Atlas, state: dict[str, Any], big: Sequence[BigLayer] = (), own: Sequence[Drawn] = ()
    ):
        super().__init__()
        self._name = "AtlasElement"
        layers = {name: atlas.files[name] for name in (f"layers/{id}.geojson" for id in atlas.layers)}
        files = layers | webmap.borders(atlas)
        drawn = {f"/{name}": json.loads(content) for name, content in files.items()}
        drawn |= {layer.path: base64.b64encode(layer.content).decode() for layer in big}
        drawn |= {layer.path: layer.text for layer in own}
        drawn |= {layer.entry["cards"]: layer.cards for layer in own if layer.cards}
        about = webmap.options(atlas, big, [layer.entry for layer in own]) | {
            "state": state,
            "sources": webmap.sources(atlas),
            "words": webmap.words(atlas),
            "files": drawn,
        }
        modules = {name: path for name, path in webmap.modules().items() if name not in _APP_ONLY}
        self._payload = _script(about)
        self._modules = _script({name: path.read_text(encoding="utf-8") for name, path in modules.items()})

    def render(self, **kwargs: Any) -> str:
        """Put the script into the page that the map is on; the element itself is nothing."""
        page, drawn_on = self.get_root(), self._parent
        assert isinstance(page, Figure) and drawn_on, "an AtlasElement is drawn on a folium.Map"
        # No server: each module becomes a blob, those that it imports first.
        script = f"""{{
            const modules = {self._modules}, made = {{}}, asked = [], payload = {self._payload};
            // A link to the page may name a record.
            payload.state.chosen = new URLSearchParams(location.hash.slice(1)).get("record") ?? payload.state.chosen;
            // What folium asks to be shown before the map is drawn is shown then.
            const map = {drawn_on.get_name()}, later = ["fitBounds", "flyToBounds"];
            for (const name of later) map[name] = (...given) => {{
                asked.push([name, given]);
                return map;
            }};
            const ours = /"(\\.{{1,2}}\\/[\\w\\/-]+\\.js)"/g;
            const beside = (name, other) => new URL(other, "file:///" + name).pathname.slice(1);
            const linked = (name) => (
                modules[name].replace(ours, (_, other) => JSON.stringify(address(beside(name, other)))));
            const address = (name) => (
                made[name] ??= URL.createObjectURL(new Blob([linked(name)], {{ type: "text/javascript" }})));
            import(address("atlas-map.js")).then(({{ attach }}) => {{
                for (const name of later) delete map[name];
                attach(L, map, {{ ...payload, asked }});
            }});
        }}"""
        page.script.add_child(_Verbatim(script), name=self.get_name())
        return ""


def folium_map(
    atlas: Atlas,
    selection: Selection | None = None,
    shading: Mapping[str, Any] | None = None,
    chosen: str | None = None,
    big: Sequence[BigLayer] = (),
    own: Sequence[OwnLayer] = (),
) -> AtlasMap:
    """The selection (what is on by default if none) as a folium.Map: it shows itself in a notebook.

    `save("map.html")` makes a file that works offline. shading: see `shading.shading`. chosen: a record's id.
    big: layers of one's own (`columns.big_layer`), shown beside the selection. own: files and frames of one's own,
    joined with the countries (`dsr_geo.own_layer`), shown in its places and years. Raises `UnknownName` for what the
    atlas does not have.
    """
    ids = [*atlas.layers, *(layer.id for layer in big)]
    if twice := {id for id in ids if ids.count(id) > 1}:
        raise ValueError(f"layer '{min(twice)}' stands twice on the map; give it another id")
    made, mine = AtlasMap(), drawn(own, carded=True)
    state = webmap.state(atlas, selection or Selection(), shading, chosen)
    state = beside(state, len(atlas.records), mine)
    state["shown"] += [layer.id for layer in big]
    AtlasElement(atlas, state, big, mine).add_to(made)
    return made


def _script(value: Any) -> str:
    """JSON inside a script of a page, where "<" could end the script."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
