"""What keeps people out of a page, as axe finds it."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def barriers(page: Page) -> list:
    """What axe calls serious or critical on a page.

    Over a picture axe gives no verdict on contrast, and it counts the map's canvas as one: with the drawings out of the
    way the panels stand on the map's ground, and are judged.
    """
    page.add_style_tag(content=".atlas-host .leaflet-map-pane { display: none }")
    return [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
