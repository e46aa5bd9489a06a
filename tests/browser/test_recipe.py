"""The recipe for a map behaviour (docs/code.md): the patch, applied to a copy of the project, does what it says."""

import pytest
from recipes import follow


@pytest.mark.soak
def test_a_map_behaviour_is_a_module(browser, tmp_path):
    follow(["A map behaviour"], tmp_path, "import dsr_geo; dsr_geo.map(dsr_geo.load()).save('map.html')")
    page = browser.new_page()
    page.goto((tmp_path / "project" / "map.html").as_uri())
    page.wait_for_selector('[data-ready="true"]')
    page.mouse.move(500, 300)
    page.mouse.move(520, 310)
    page.wait_for_function(
        r"/^-?\d+\.\d\d°, -?\d+\.\d\d°$/.test(document.querySelector('.atlas-place').textContent)"
    )
    page.close()
