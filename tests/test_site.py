"""The atlas as plain files: everything is there, leads somewhere, is text, and is written as a whole or not at all."""

import json
import os
import re
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import dsr_geo
from dsr_geo import cite, export, files, site
from dsr_geo.__main__ import main

VOID = {"meta", "link", "br", "img", "input", "path"}
ALONE = "<b>Q</b> {{ 7*7 }} {% raw %} \"Q' onmouseover=alert(1) </script><script>alert(1)</script> & Q"


class Page(HTMLParser):
    """A page as a browser reads it: addresses, anchors, elements in the order of their ends, text."""

    def __init__(self, path):
        super().__init__()
        self.path, self.links, self.ids, self.open = path, [], [], []
        self.elements, self.attributes, self.wrong, self.text = [], [], [], ""
        self.feed(path.read_text(encoding="utf-8"))
        self.wrong += self.open

    def handle_starttag(self, tag, attributes):
        about = dict(attributes)
        self.elements.append(tag)
        self.attributes += about
        self.links += [about[name] for name in ("href", "src") if name in about]
        self.ids += [about["id"]] if "id" in about else []
        self.wrong += [name for name, _ in attributes if [key for key, _ in attributes].count(name) > 1]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if self.open[-1:] == [tag]:
            self.open.pop()
        else:
            self.wrong.append(tag)

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def folder(atlas, tmp_path_factory):
    """The site of the invented atlas."""
    made = tmp_path_factory.mktemp("site") / "public"
    site.write(atlas, made)
    return made


@pytest.fixture(scope="module")
def pages(folder):
    """Its pages but the map by their paths."""
    return {path: Page(path) for path in folder.rglob("*.html") if path.name != "index.html"}


def addresses(document):
    """Every address in a document of JSON."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from [value] if key == "href" else addresses(value)
    elif isinstance(document, list):
        for value in document:
            yield from addresses(value)


def test_every_link_leads_somewhere_in_the_folder(folder, pages):
    asked = [(path, link) for path, page in pages.items() for link in page.links]
    line = (folder / "index.html").read_text(encoding="utf-8").partition("<body>")[2].partition("</nav>")[0]
    asked += [(folder / "index.html", link) for link in re.findall('href="(.*?)"', line)]
    for path in folder.rglob("*.json"):
        asked += [(path, link) for link in addresses(json.loads(path.read_bytes()))]
    strays = []
    for path, link in asked:
        scheme, host, target, _, anchor = urlsplit(link)
        if scheme in ("http", "https"):
            assert host.startswith("example."), link  # a source of the atlas
        elif link != "data:,":
            there = (path.parent / unquote(target)).resolve() if target else path
            found = not scheme and there.is_file() and folder.resolve() in there.parents
            if found and anchor and there in pages:
                found = unquote(anchor) in pages[there].ids
            strays += [] if found else [(path.name, link)]
    assert len(asked) > 100 and strays == []


def test_everything_of_the_atlas_is_there(atlas, folder, pages):
    every = set(atlas.records.index)
    assert {path.stem for path in (folder / "record").iterdir()} == every
    assert {path.stem for path in (folder / "api" / "records").iterdir()} == every
    listed = {link.removeprefix("record/") for link in pages[folder / "records.html"].links}
    assert {f"{id}.html" for id in every} <= listed
    for page, names in (("countries", atlas.countries.borders["name"]), ("companies", atlas.actors["name"])):
        assert [name for name in names if name not in pages[folder / f"{page}.html"].text] == []
    assert {path.suffix[1:] for path in (folder / "downloads").iterdir()} == {*export.FORMATS} - {"html"}
    whole = json.loads((folder / "downloads" / export.file_name("geojson")).read_bytes())
    assert {feature["id"] for feature in whole["features"]} == every
    about = re.search(r'ld\+json">(.*?)</script>', (folder / "downloads.html").read_text(encoding="utf-8"))[1]
    assert json.loads(about)["@type"] == "Dataset"
    own = pages[folder / "record" / "tower-old.html"]
    assert all(
        text in own.text for text in ("旧塔", "Acme Towers", "Alfania", "of steel", "A report", "USD 1,5")
    )
    assert "tower-new.html" in own.links  # which names it as related


def test_programs_go_from_page_to_page(atlas, folder, monkeypatch, tmp_path):
    monkeypatch.setattr(site.documents, "ITEMS", 3)
    site.write(atlas, tmp_path / "small")
    start = tmp_path / "small" / "api" / "index.json"
    found = {}
    for collection in json.loads(start.read_bytes())["collections"]:
        path = start.parent / collection["links"][0]["href"]
        own = []
        while path:
            page = json.loads(path.read_bytes())
            assert page["numberReturned"] == len(page["features"]) <= 3
            assert page["numberMatched"] == collection["features"]
            own += [feature["id"] for feature in page["features"]]
            onward = [link["href"] for link in page["links"] if link["rel"] == "next"]
            path = path.parent / onward[0] if onward else None
        assert len(own) == collection["features"]
        found[collection["id"]] = own
    assert [id for layer in atlas.layers for id in found[layer]] == list(atlas.records.index)
    assert set(found["all"]) == set(atlas.records.index)
    assert found["countries"] == list(atlas.countries.borders.index)
    assert found["landing-points"] == list(atlas.landing_points.index)


def test_pages_are_well_formed_and_run_nothing(folder, pages):
    for path, page in pages.items():
        text = path.read_text(encoding="utf-8")
        assert text.startswith('<!doctype html>\n<html lang="en">') and page.wrong == [], path
        assert page.elements.count("h1") == page.elements.count("main") == page.elements.count("title") == 1
        assert len(page.ids) == len(set(page.ids))
        assert "default-src 'none'; style-src 'sha256-" in unescape(text) and cite.BOUNDARY_NOTE in page.text
        assert page.elements.count("script") == (path.name == "downloads.html")  # its JSON-LD, which is data
        assert not [name for name in page.attributes if name.startswith("on")]


def test_hostile_text_stays_text_and_hostile_ids_stay_in_the_folder(tiny):
    tiny.row("facts/towers", "tower-old")["note"] = ALONE
    tiny.row("sources", "report")["title"] = tiny.row("actors", "acme")["name"] = ALONE
    tiny.build()
    built = tiny.folder / "geojson" / "towers.geojson"
    text = built.read_text(encoding="utf-8").replace('"tower-plan"', '"../../tower-plan"')
    built.write_text(text.replace('"Tower somewhere"', json.dumps(ALONE)), encoding="utf-8")
    sources = tiny.path("sources").read_text(encoding="utf-8")
    tiny.path("sources").write_text(
        sources.replace("http://example.net/", "javascript:alert(1)"), encoding="utf-8"
    )
    made = tiny.folder.parent / "public"
    before = set(tiny.folder.parent.iterdir())
    site.write(dsr_geo.load(tiny.folder), made)
    assert set(tiny.folder.parent.iterdir()) == before | {made}
    pages = {path: Page(path) for path in made.rglob("*.html") if path.name != "index.html"}
    assert [page.text.count(ALONE) for page in pages.values() if page.path.stem == "tower-old"] == [3]
    for path, page in pages.items():
        assert page.wrong == [] and not {"b", "onmouseover"} & {*page.elements, *page.attributes}
        assert page.elements.count("script") == (path.name == "downloads.html")
        assert not [link for link in page.links if link.startswith("javascript:")]
        assert "&lt;b&gt;Q&lt;/b&gt;" in path.read_text(encoding="utf-8") or ALONE not in page.text
    (strange,) = [link for link in pages[made / "records.html"].links if "/x-" in link]
    assert "../../tower-plan" in pages[made / strange].text


@pytest.mark.parametrize(
    ("place", "word"),
    [("file", "no place for a site"), ("away/site", "in one that exists"), ("own", "'thesis.txt'")],
)
def test_a_place_that_is_no_site_is_refused(place, word, tiny_folder, tmp_path, capsys):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "thesis.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    assert main(["site", str(tmp_path / place), "--data", str(tiny_folder)]) == 1
    said = capsys.readouterr().err
    assert word in said and str(tmp_path / place) in said and len(said.splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("at_once", [True, pytest.param(False, marks=pytest.mark.soak)])
def test_an_earlier_site_is_replaced_as_a_whole(
    at_once, atlas, tiny_folder, folder, tmp_path, monkeypatch, capsys
):
    if not at_once:  # as where the system cannot let two folders change places
        monkeypatch.setattr(files, "_exchange", lambda *places: False)
    public, link = tmp_path / "public", tmp_path / "link"
    public.mkdir(mode=0o751)
    link.symlink_to(public)
    assert main(["site", str(link), "--data", str(tiny_folder)]) == 0
    assert "public" not in capsys.readouterr().out and link.is_symlink()
    (public / "record" / "old.html").write_text("of a record that is no more")
    about = json.loads((public / site.MARK).read_bytes())
    (public / site.MARK).write_text(json.dumps(about | {"files": [*about["files"], "record/old.html"]}))
    site.write(atlas, public)
    assert names(public) == names(folder) and public.stat().st_mode & 0o777 == 0o751
    assert {path.name for path in tmp_path.iterdir()} == {"public", "link"}
    for mine in ("CNAME", "downloads/mine.txt", "record/old.html", "api/records/drafts/mine.json"):
        (public / mine).parent.mkdir(exist_ok=True)
        (public / mine).write_text("mine")
        with pytest.raises(files.CannotWrite, match=f"'{Path(mine).parent.as_posix()}|'{mine}'"):
            site.write(atlas, public)
        assert (public / mine).read_text() == "mine"
        (public / mine).unlink()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_where_the_new_folder_cannot_take_its_place_the_old_comes_back(error, tmp_path, monkeypatch):
    public, real, calls = tmp_path / "public", Path.rename, []
    files.write_folder(public, [("a.txt", b"old")])

    def rename(path, target):
        calls.append(target)
        if len(calls) == 2:
            raise error
        return real(path, target)

    monkeypatch.setattr(files, "_exchange", lambda *places: False)
    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises((files.CannotWrite, KeyboardInterrupt)):
        files.write_folder(public, [("a.txt", b"new")])
    assert (public / "a.txt").read_bytes() == b"old" and list(tmp_path.iterdir()) == [public]
    files.write_folder(public, [("a.txt", b"new")])
    assert (public / "a.txt").read_bytes() == b"new" and list(tmp_path.iterdir()) == [public]


@pytest.mark.soak
def test_whatever_ends_it_half_way_leaves_the_old_site_whole(atlas, tiny_folder, folder, tmp_path):
    public = tmp_path / "public"
    site.write(atlas, public)
    before = {path: path.read_bytes() for path in public.rglob("*") if path.is_file()}

    def stop(makers):
        yield from makers[:20]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        site.write(atlas, public, stop)
    assert [path.name for path in tmp_path.iterdir()] == ["public"]
    program = f"""
import os, dsr_geo
from pathlib import Path
from dsr_geo import site
def die(makers):
    yield from makers[:20]
    os.kill(os.getpid(), 9)
site.write(dsr_geo.load({str(tiny_folder)!r}), Path({str(public)!r}), die)
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).resolve().parent.parent)
    assert ended.returncode == -9
    assert {path: path.read_bytes() for path in public.rglob("*") if path.is_file()} == before
    (left,) = set(tmp_path.iterdir()) - {public}
    site.write(atlas, public)
    assert left.is_dir(), "a process may still be at work in it"
    os.utime(left, (0, 0))
    site.write(atlas, public)
    assert list(tmp_path.iterdir()) == [public]


def test_a_disk_without_room_is_a_sentence(atlas, tmp_path, monkeypatch):
    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(files.CannotWrite, match="No space left on device.*beside which there is room"):
        site.write(atlas, tmp_path / "public")
    assert list(tmp_path.iterdir()) == []


def names(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
