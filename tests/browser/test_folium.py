"""What people add to a folium map stands on ours, without a network; what it would fetch is named."""

from __future__ import annotations

import io

import folium
import folium.plugins
import pytest
from PIL import Image
from playwright.sync_api import expect

import dsr_geo
from dsr_geo import Selection

RED = "data:image/gif;base64,R0lGODlhAQABAIAAAP8AAP///ywAAAAAAQABAAACAkQBADs="
MAP = "window[Object.keys(window).find((name) => /^map_[0-9a-f]{32}$/.test(name))]"
READY = '.atlas-map[data-ready="true"]'


def test_foliums_own_elements_work_offline(new_context, published, tmp_path, recwarn):
    own = dsr_geo.map(published, Selection(layers=("satellites",)))
    folium.Marker([19.4, -99.1], popup="<b>in Mexico</b>", icon=folium.Icon(color="red")).add_to(own)
    folium.Polygon([[-30, -70], [-30, -50], [0, -50], [0, -70]], popup="in America").add_to(own)
    shapes = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [-100, 25]}}
    folium.GeoJson(shapes).add_to(own)
    folium.FeatureGroup("mine").add_to(own)
    folium.TileLayer(RED, attr="red").add_to(own)
    folium.LayerControl().add_to(own)
    own.fit_bounds([[15, -110], [30, -90]])
    own.save(tmp_path / "own.html")
    assert not [warning for warning in recwarn if "network" in str(warning.message)]
    context = new_context(viewport={"width": 1000, "height": 700}, offline=True)
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto((tmp_path / "own.html").as_uri())
    page.wait_for_selector(READY)
    box = page.evaluate(f"(({{ _southWest: a, _northEast: b }}) => [a.lng, b.lng])({MAP}.getBounds())")
    assert 200 < box[0] < 250 and 270 < box[1] < 330, "fit_bounds holds, in America"
    expect(page.locator("img.leaflet-marker-icon")).to_be_in_viewport()  # of the GeoJSON
    page.locator(".atlas-pin").click()
    expect(page.locator(".leaflet-popup-content")).to_have_text("in Mexico")
    x, y = page.evaluate(f"(({{ x, y }}) => [x, y])({MAP}.latLngToContainerPoint([26, 256]))")
    red, green, _ = Image.open(io.BytesIO(page.screenshot())).convert("RGB").getpixel((int(x), int(y)))
    assert red > 200 and green < 120, "own tiles show on land"
    picture = "getComputedStyle(document.querySelector('.leaflet-control-layers-toggle')).backgroundImage"
    assert page.evaluate(picture).startswith('url("data:')
    leap = f"{{ const map = {MAP}; map.setView([-6, 39], map.getZoom() - 1); return map._animatingZoom; }}"
    assert not page.evaluate(f"() => {leap}"), "what is far is there at once, as with Leaflet alone"
    assert problems == []


@pytest.mark.soak
def test_what_a_plugin_would_fetch_is_named(new_context, published, tmp_path):
    own = dsr_geo.map(published, Selection(layers=("satellites",)))
    folium.plugins.MarkerCluster([[1, 2]]).add_to(own)
    folium.TileLayer("https://tiles.example/{z}/{x}/{y}.png", attr="x").add_to(own)
    with pytest.warns(UserWarning, match=r"leaflet\.markercluster\.js.*TileLayer https://tiles\.example"):
        own.save(tmp_path / "own.html")
    page = new_context(offline=True).new_page()
    page.goto((tmp_path / "own.html").as_uri())
    page.wait_for_selector(READY)
    expect(page.get_by_text("Not loaded, and what needs it is not on the map")).to_contain_text(
        "markercluster.js"
    )
