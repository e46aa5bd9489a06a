"""The atlas in a real PostGIS: published whole, read back the same, swapped unseen, and away for a while."""

import os
import re
import shutil
import subprocess
import sys
import threading
import time

import pandas as pd
import psycopg
import pytest
import shapely
from database import PASSWORD, Server
from debian import needed
from hypothesis import given, settings
from pandas.testing import assert_frame_equal
from psycopg import sql
from test_selection_properties import selections

import dsr_geo
from dsr_geo import Selection, export, postgis, records
from dsr_geo.__main__ import main
from dsr_geo.postgis import NoDatabase, follow
from dsr_geo.records import InvalidData
from dsr_geo.ui import cache

ALL = Selection(layers=("towers", "paths", "cables", "pacts"), ended=True, opt_in=True)
NAME, OTHER = "Old tower of São Vento", "New tower of São Vento"
PATIENCE = 120
"""Seconds that something is waited for at most."""


@pytest.fixture(scope="module")
def server():
    started = Server()
    yield started
    started.remove()


@pytest.fixture(scope="module")
def kept(server, tiny_folder):
    """The address of a database with the invented atlas, which no test changes."""
    url = server.new()
    postgis.publish(url, tiny_folder)
    return url


@pytest.fixture(scope="module")
def loaded(kept):
    return postgis.load(kept)


@pytest.fixture
def url(server, kept):
    """The address of a database with the invented atlas, to be changed at will."""
    return server.new(kept.rpartition("/")[2])


@pytest.fixture(scope="module")
def newer(tiny_folder, tmp_path_factory):
    """The folder of the invented atlas with another name of a record, and so with another version."""
    folder = shutil.copytree(tiny_folder, tmp_path_factory.mktemp("newer") / "data")
    for path in (folder / "geojson" / "towers.geojson", folder / "facts" / "towers.csv"):
        text = path.read_text(encoding="utf-8")
        assert NAME in text
        path.write_text(text.replace(NAME, OTHER), encoding="utf-8")
    return folder


def ask(url, query, *parameters):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query, parameters).fetchall()


def run(url, query):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(query)


def schemas(url):
    return [name for (name,) in ask(url, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dsr%%'")]


def sentence(error):
    """What a failure says: one sentence with an end, and no password."""
    text = str(error.value if hasattr(error, "value") else error)
    assert text.endswith(".") and "\n" not in text and PASSWORD not in text and len(text) < 500
    return text


# The same atlas


def test_what_is_read_back_is_the_same_atlas(atlas, loaded, tiny_folder):
    assert loaded.version == atlas.version and loaded.files == atlas.files and loaded.layers == atlas.layers
    for name in ("records", "sources", "actors", "events", "landing_points", "changes"):
        assert_frame_equal(getattr(loaded, name), getattr(atlas, name))
    for name in ("borders", "groups", "memberships", "indicators", "attributes", "names"):
        assert_frame_equal(getattr(loaded.countries, name), getattr(atlas.countries, name))
    there = [path.relative_to(tiny_folder) for path in tiny_folder.rglob("*.*") if path.is_file()]
    assert all((loaded.folder / path).read_bytes() == (tiny_folder / path).read_bytes() for path in there)


@pytest.mark.soak
@settings(max_examples=50)
@given(chosen=selections())
def test_any_selection_gives_the_same_bytes(atlas, loaded, chosen):
    assert (chosen.mask(loaded) == chosen.mask(atlas)).all()
    for write in (export.FORMATS["csv"], export.FORMATS["geojson"]):
        assert write(loaded, chosen) == write(atlas, chosen)


@pytest.mark.soak
def test_the_published_data_have_their_version_in_a_database_too(server, published):
    url = server.new()
    assert (
        postgis.publish(url).version == postgis.load(url).version == postgis.version(url) == published.version
    )
    assert ask(url, "SELECT count(*) FROM dsr_atlas.attributes")[0][0] == len(published.countries.attributes)
    assert ask(url, "SELECT count(*) FROM dsr_atlas.record_landing_points")[0][0] > 100


def test_an_address_in_the_environment_is_where_the_atlas_is_read(kept, newer, atlas, monkeypatch, tmp_path):
    monkeypatch.setenv("DSR_DATABASE_URL", kept)
    assert dsr_geo.load().version == cache.atlas().version == atlas.version
    target = tmp_path / "x.csv"
    assert main(["export", str(target), "layer=towers"]) == 0
    assert target.read_bytes() == export.FORMATS["csv"](atlas, Selection(layers=("towers",)))
    assert main(["export", str(target), "layer=towers", "--data", str(newer)]) == 0
    assert OTHER.encode() in target.read_bytes(), "a folder that is named goes first"
    monkeypatch.setenv("DSR_ATLAS_DATA", str(newer))
    assert cache.atlas().version == dsr_geo.load(newer).version != atlas.version


def test_files_with_other_names_are_not_written_when_it_is_read(url, atlas):
    names = [
        "../evil.csv",
        "/tmp/evil.csv",
        "facts/../../evil.csv",
        "countries/x/evil.csv",
        "evil.sh",
        "facts\\e.csv",
    ]
    for name in names:
        run(url, sql.SQL("INSERT INTO dsr_atlas.files VALUES ({}, 'x')").format(sql.Literal(name)))
    read = postgis.load(url)
    assert read.version == atlas.version
    assert not any((read.folder / name).exists() for name in names)


def test_its_folder_goes_with_it(kept):
    read = postgis.load(kept)
    folder = read.folder
    assert folder.exists()
    del read
    assert not folder.exists()


# For those who ask a database


def test_tables_hold_what_the_atlas_holds(kept, atlas):
    rows = ask(
        kept,
        "SELECT id, layer, year_start, amount_usd, height_m, disputed, note, point, line FROM dsr_atlas.records",
    )
    assert {row[0] for row in rows} == set(atlas.records.index)
    for id, layer, year, amount, height, disputed, note, point, line in rows:
        record = atlas.records.loc[id]
        assert (layer, disputed, note or "") == (record["layer"], record["disputed"] == "yes", record["note"])
        for got, known in (
            (year, record["year_start"]),
            (amount, record["amount_usd"]),
            (height, record["height_m"]),
        ):
            assert got is None if pd.isna(known) else got == known
        shape = point or line
        if shape is None:
            assert pd.isna(record.geometry)
        else:
            assert shapely.get_srid(shapely.from_wkb(shape)) == 4326
            assert shapely.equals(shapely.from_wkb(shape), record.geometry)
    pairs = ask(kept, "SELECT record, actor, role FROM dsr_atlas.record_actors")
    assert sorted(pairs) == sorted(atlas.roles.itertuples(index=False, name=None))
    hosts = ask(kept, "SELECT record, country FROM dsr_atlas.record_countries")
    assert sorted(hosts) == sorted(atlas.hosts.itertuples(index=False, name=None))
    (about,) = ask(
        kept, "SELECT title, version, records, licence, citation, boundary_note FROM dsr_atlas.about"
    )
    assert about[1:3] == (atlas.version, len(atlas.records)) and atlas.version in about[4] and all(about)


def test_a_layer_is_a_view_with_its_own_columns_and_one_type_of_geometry(kept, atlas):
    shapes = ask(
        kept, "SELECT f_table_name, f_geometry_column, type, srid FROM geometry_columns ORDER BY 1, 2"
    )
    assert [row for row in shapes if row[0].startswith("layer_")] == [
        ("layer_cables", "geometry", "MULTILINESTRING", 4326),
        ("layer_paths", "geometry", "MULTILINESTRING", 4326),
        ("layer_paths", "point", "POINT", 4326),
        ("layer_towers", "geometry", "POINT", 4326),
    ]
    for layer in atlas.layers:
        ids = {id for (id,) in ask(kept, f"SELECT id FROM dsr_atlas.layer_{layer}")}
        assert ids == set(atlas.records.index[atlas.records["layer"] == layer])
    columns = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
    assert "height_m" in {name for (name,) in ask(kept, columns, "layer_towers")}
    assert "height_m" not in {name for (name,) in ask(kept, columns, "layer_pacts")}


def test_tables_have_keys_indexes_and_words(kept):
    ours = "= 'dsr_atlas'::regnamespace"
    kinds = dict(
        ask(kept, f"SELECT contype::text, count(*) FROM pg_constraint WHERE connamespace {ours} GROUP BY 1")
    )
    tables = ask(
        kept,
        f"SELECT relname, obj_description(oid) FROM pg_class WHERE relnamespace {ours} AND relkind IN ('r', 'v')",
    )
    assert all(words for _, words in tables)
    assert (
        kinds["p"] == len([name for name, _ in tables if not name.startswith("layer_")]) and kinds["f"] >= 20
    )
    gist = ask(
        kept, "SELECT tablename FROM pg_indexes WHERE schemaname = 'dsr_atlas' AND indexdef LIKE '%% gist %%'"
    )
    assert sorted(name for (name,) in gist) == ["countries", "landing_points", "records", "records"]
    words = (
        "SELECT attname, col_description(attrelid, attnum) FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0"
    )
    told = dict(ask(kept, words, "dsr_atlas.records"))
    assert told["id"] == records.COLUMNS["id"] and told["height_m"] == "Height, m" and all(told.values())
    assert all(dict(ask(kept, words, "dsr_atlas.layer_towers")).values())


def test_gdal_reads_layers_with_their_types(kept):
    done = subprocess.run(
        [needed("ogrinfo"), "-so", f"PG:{kept}", "dsr_atlas.layer_cables", "dsr_atlas.layer_towers"],
        capture_output=True,
        text=True,
        env=os.environ | {"PG_LIST_ALL_TABLES": "YES"},
    )
    assert done.returncode == 0, done.stderr
    assert re.findall(r"Geometry: (.*)", done.stdout) == ["Multi Line String", "Point"]
    assert re.findall(r"Feature Count: (\d+)", done.stdout) == ["2", "8"] and "height_m: Real" in done.stdout
    assert "year_start: Integer" in done.stdout and 'ID["EPSG",4326]' in done.stdout


HOSTILE = '\'; DROP SCHEMA dsr_atlas; -- \\. \\N {{7*7}} %s {} "x"\n\\.\nend'


def test_text_is_text(server, tiny):
    tiny.row("facts/towers", "tower-old")["note"] = HOSTILE
    tiny.toml = tiny.toml.replace('"Invented towers."', '"Invented \'; DROP TABLE x; -- {} %s towers."')
    tiny.build()
    url = server.new()
    postgis.publish(url, tiny.folder)
    (note,) = ask(url, "SELECT note FROM dsr_atlas.layer_towers WHERE id = 'tower-old'")[0]
    assert note == HOSTILE.strip() and postgis.load(url).records.at["tower-old", "note"] == note
    (about,) = ask(url, "SELECT obj_description('dsr_atlas.layer_towers'::regclass)")[0]
    assert "'; DROP TABLE x; -- {} %s" in about


# Readers see the old or the new


@pytest.mark.soak
def test_readers_see_the_old_or_the_new_and_nothing_else(url, atlas, tiny_folder, newer):
    other = dsr_geo.load(newer)
    names = {atlas.version: NAME, other.version: OTHER}
    seen, failed, done = set(), [], threading.Event()

    def read(once):
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                while not failed:
                    last = done.is_set()
                    once(connection)
                    if last:
                        break
        except Exception as error:
            failed.append(error)

    def statement(connection):
        query = (
            "SELECT version, records, (SELECT count(*) FROM dsr_atlas.records), name "
            "FROM dsr_atlas.about, dsr_atlas.layer_towers WHERE id = 'tower-old'"
        )
        ((version, said, counted, name),) = connection.execute(query).fetchall()
        assert said == counted and name == names[version]
        seen.add(version)

    def transaction(connection):
        with connection.transaction():
            ((name,),) = connection.execute(
                "SELECT name FROM dsr_atlas.layer_towers WHERE id = 'tower-old'"
            ).fetchall()
            ((version,),) = connection.execute("SELECT version FROM dsr_atlas.about").fetchall()
        assert name == names[version]

    def whole(connection):
        assert postgis.load(url).version in names

    threads = [threading.Thread(target=read, args=[once]) for once in (statement, transaction, whole)]
    for thread in threads:
        thread.start()
    while not seen and not failed:
        time.sleep(0.01)
    for folder in ((newer, tiny_folder) * 3)[:-1]:  # at last the newer, which each sees then
        postgis.publish(url, folder)
    done.set()
    for thread in threads:
        thread.join()
    assert failed == [] and seen == set(names) and schemas(url) == ["dsr_atlas"]


@pytest.mark.soak
def test_two_at_once_both_end_well(url, tiny_folder, newer):
    failed = []

    def publish(folder):
        try:
            postgis.publish(url, folder)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=publish, args=[folder]) for folder in (newer, tiny_folder)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == [] and schemas(url) == ["dsr_atlas"]
    assert postgis.load(url).version in {dsr_geo.load(folder).version for folder in (newer, tiny_folder)}


KILLED = """
import os, signal, sys
from dsr_geo import postgis
setattr(postgis, sys.argv[3], lambda *_: os.kill(os.getpid(), signal.SIGKILL))
postgis.publish(sys.argv[1], sys.argv[2])
"""


@pytest.mark.parametrize("at", [pytest.param("_view", marks=pytest.mark.soak), "_swap"])
def test_killed_half_way_it_leaves_the_old_whole(url, atlas, newer, at):
    done = subprocess.run([sys.executable, "-c", KILLED, url, newer, at])
    assert done.returncode < 0
    assert postgis.load(url).version == atlas.version
    assert postgis.publish(url, newer).version == postgis.load(url).version != atlas.version
    assert schemas(url) == ["dsr_atlas"]


def test_a_connection_cut_half_way_leaves_the_old_whole(url, atlas, newer, monkeypatch):
    swap = postgis._swap

    def cut(connection):
        run(url, f"SELECT pg_terminate_backend({connection.info.backend_pid})")
        swap(connection)

    monkeypatch.setattr(postgis, "_swap", cut)
    with pytest.raises(NoDatabase) as refusal:
        postgis.publish(url, newer)
    assert "went away" in sentence(refusal) and postgis.load(url).version == atlas.version


@pytest.mark.soak
def test_a_reader_who_does_not_end_is_waited_for_and_named(url, atlas, newer, monkeypatch):
    monkeypatch.setattr(postgis, "_TRIES", 1)
    with psycopg.connect(url) as reader:
        reader.execute("SELECT count(*) FROM dsr_atlas.layer_cables")
        with pytest.raises(NoDatabase) as refusal:
            postgis.publish(url, newer)
        assert "transaction that does not end" in sentence(refusal)
        assert reader.execute("SELECT version FROM dsr_atlas.about").fetchall() == [(atlas.version,)]
    assert postgis.publish(url, newer).version != atlas.version


def test_who_could_read_the_old_can_read_the_new(server, url, newer):
    theirs = server.url(url.rpartition("/")[2], "reader")
    with pytest.raises(NoDatabase) as refusal:
        postgis.load(theirs)
    assert "GRANT USAGE ON SCHEMA dsr_atlas" in sentence(refusal)
    run(
        url,
        "GRANT USAGE ON SCHEMA dsr_atlas TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA dsr_atlas TO reader",
    )
    old = postgis.load(theirs).version
    assert postgis.publish(url, newer).version == postgis.load(theirs).version != old
    with pytest.raises(NoDatabase) as refusal:
        postgis.publish(theirs, newer)
    assert "GRANT CREATE ON DATABASE" in sentence(refusal)


def test_what_others_made_of_it_is_not_dropped_with_it(url, atlas, newer):
    run(url, "CREATE VIEW public.mine AS SELECT id FROM dsr_atlas.layer_towers")
    with pytest.raises(NoDatabase) as refusal:
        postgis.publish(url, newer)
    assert "view mine depends on" in sentence(refusal) and postgis.load(url).version == atlas.version


def test_a_schema_that_is_not_ours_is_left_alone(server, newer):
    url = server.new()
    run(url, "CREATE SCHEMA dsr_atlas; CREATE TABLE dsr_atlas.mine (x int)")
    with pytest.raises(NoDatabase) as refusal:
        postgis.publish(url, newer)
    assert "rename that" in sentence(refusal) and ask(url, "SELECT count(*) FROM dsr_atlas.mine") == [(0,)]


# A sentence each


def wrong_addresses(server):
    good = server.url("postgres")
    return {
        good.replace("postgresql", "mysql"): "cannot be read",
        "atlas.db": "cannot be read",
        f"host=127.0.0.1 password={PASSWORD}": "cannot be read",
        f"postgresql://postgres:{PASSWORD}@x@127.0.0.1/atlas": "%40",
        f"postgresql://postgres:{PASSWORD}/x@127.0.0.1/atlas": "%2F",
        f"postgresql://postgres:{PASSWORD}%zz@127.0.0.1/atlas": "%25",
        f"postgresql://postgres:{PASSWORD}:5/@127.0.0.1/atlas": "cannot be read",
        f"postgresql://127.0.0.1/atlas?passwort={PASSWORD}": "cannot be read",
        re.sub(r":\d+/", ":1/", good): "refused",
        good.replace("127.0.0.1", "no-such-host.invalid"): "'no-such-host.invalid'",
        good.replace(PASSWORD, f"{PASSWORD}!"): "password authentication failed",
        server.url("no_such_database"): "does not exist",
        server.url("template0"): "not currently accepting connections",
        server.url("postgres"): "dsr-atlas publish",
    }


def test_wrong_addresses_get_a_sentence_each_without_the_password(server, monkeypatch, capsys):
    for address, words in wrong_addresses(server).items():
        monkeypatch.setenv("DSR_DATABASE_URL", address)
        assert main(["export", "x.csv"]) == 1
        told = capsys.readouterr()
        assert words in sentence(told.err.removesuffix("\n")) and told.out == "", address


def test_a_database_without_postgis_gets_a_sentence(server, tiny_folder, capsys):
    assert main(["publish", server.url("postgres"), "--data", str(tiny_folder)]) == 1
    assert "CREATE EXTENSION postgis" in sentence(capsys.readouterr().err.removesuffix("\n"))


def test_without_an_address_it_says_where_one_is_looked_for(monkeypatch, capsys):
    monkeypatch.delenv("DSR_DATABASE_URL", raising=False)
    assert main(["publish"]) == 2 and "DSR_DATABASE_URL" in capsys.readouterr().err


def test_nothing_published_gets_a_sentence(server, url, monkeypatch, capsys):
    monkeypatch.setenv("DSR_DATABASE_URL", server.new())
    assert main(["export", "x.csv"]) == 1
    assert "dsr-atlas publish" in capsys.readouterr().err
    run(url, "DELETE FROM dsr_atlas.files WHERE name = 'geojson/paths.geojson'")
    with pytest.raises(NoDatabase) as refusal:
        postgis.load(url)
    assert "paths.geojson is missing" in sentence(refusal) and "publish it anew" in str(refusal.value)


def test_what_check_refuses_is_not_published(url, atlas, newer, tmp_path):
    wrong = shutil.copytree(newer, tmp_path / "data")
    (wrong / "events.csv").write_text(
        "id,year,date,title,note,source_ids\ne,long ago,,x,,\n", encoding="utf-8"
    )
    with pytest.raises(InvalidData, match="events.csv"):
        postgis.publish(url, wrong)
    assert postgis.load(url).version == atlas.version


# Away for a while


def test_an_app_goes_on_while_the_database_is_away_and_takes_up_what_is_new(
    server, url, atlas, newer, monkeypatch, caplog
):
    follower = follow.Follower(url)
    served = follower()
    server.stop()
    try:
        monkeypatch.setattr(follow, "LOOK_AGAIN", 0)
        for _ in range(3):
            assert follower() is served
            with follower._looking:  # when it has looked
                pass
        assert len(caplog.records) == 1 and "served on" in sentence(caplog.records[0].getMessage())
        with pytest.raises(NoDatabase) as refusal:
            postgis.load(url)
        assert "cannot be reached" in sentence(refusal)
    finally:
        server.start()
    postgis.publish(url, newer)
    end = time.monotonic() + PATIENCE
    while follower().version == atlas.version and time.monotonic() < end:
        with follower._looking:
            pass
    assert follower().version == dsr_geo.load(newer).version


def test_a_start_waits_for_a_database_that_is_on_its_way(server, url, atlas, caplog):
    server.stop()
    started = threading.Thread(target=server.start)
    started.start()
    try:
        assert postgis.load(url, patience=PATIENCE).version == atlas.version
    finally:
        started.join()
