"""The site and the map as a file, opened from a disk: they work under their policy, and what is foreign does not."""

import pytest
from playwright.sync_api import expect

from dsr_geo import site

FOREIGN = "https://example.org/tracker.png"

_BLOCKED = """(address) => new Promise((done) => {
  document.addEventListener("securitypolicyviolation", (seen) => done([seen.effectiveDirective, seen.blockedURI]));
  document.body.insertAdjacentHTML("beforeend", `<img alt="" src="${address}">`);
})"""

_HANDLED = """() => {
  document.body.insertAdjacentHTML("beforeend", '<button onclick="window.ran = true">Q</button>');
  document.querySelector("body > button:last-child").click();
  return window.ran ?? false;
}"""


@pytest.fixture(scope="module")
def folder(atlas, tmp_path_factory):
    made = tmp_path_factory.mktemp("site") / "public"
    site.write(atlas, made)
    return made


@pytest.mark.soak
def test_a_record_and_its_place_on_the_map_open_from_a_disk(new_context, folder):
    page, problems = new_context(offline=True).new_page(), []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "request", lambda request: problems.append(request.url) if request.url.startswith("http") else None
    )
    page.goto((folder / "record" / "tower-old.html").as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("Old tower of São Vento")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('dl')).display") == "grid"
    )  # its style is let in
    page.get_by_role("link", name="On the map").click()
    page.wait_for_selector('[data-ready="true"]')
    card = page.get_by_role("article", name="Chosen record")
    expect(card.get_by_role("heading")).to_have_text("Old tower of São Vento")
    with page.expect_download():
        page.get_by_role("button", name="Save picture (PNG)").click()
    assert problems == []
    assert page.evaluate(_BLOCKED, FOREIGN) == ["img-src", FOREIGN]
    assert page.evaluate(_HANDLED) is False
    page.get_by_role("link", name="Companies and institutions").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Companies and institutions")
