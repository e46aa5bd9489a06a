"""What is said of the data, judged by programs that are not ours (group `soak`)."""

import frictionless

from dsr_geo.atlas import DATA


def test_frictionless_finds_the_data_as_their_package_says():
    report = frictionless.validate(DATA / "datapackage.json")
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])
    assert report.stats["tasks"] > 40
