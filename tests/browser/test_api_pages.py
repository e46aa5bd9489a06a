"""The API's pages in a browser: the map draws what the page is about, and asks nobody else."""

READY = '#map[data-ready="true"]'


def test_a_page_of_features_and_one_of_a_record_have_the_map(tabs):
    with tabs.lend(1440, 900) as (page, complaints):
        page.goto(f"{tabs.app}/api/collections/submarine-cables/items?f=html&limit=7")
        page.wait_for_selector(READY)
        assert page.locator("#map").get_attribute("data-total") == "7"
        page.get_by_role("link", name="2Africa").click()
        page.wait_for_selector(READY)
        page.get_by_role("link", name="with its sources").click()
        page.wait_for_selector(READY)
        assert page.url.endswith("/api/records/2africa?f=html")
        assert page.locator("#map").get_attribute("data-total") == "1"
        assert complaints == []
