"""The atlas in a PostGIS database: published there as a whole, read from there as a whole (extra `postgis`).

The schema `dsr_atlas` holds everything twice, written in one transaction. Typed tables and a view a layer are for those
who ask a database: QGIS, GDAL, SQL. The table `files` holds the data folder as it was, and `load` reads that alone: the
version is a digest of these bytes, so that an atlas from the database has the version of its folder and gives the same
answers, by the same code.
"""

from __future__ import annotations

import logging
import re
import tempfile
import time
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any, LiteralString

import pandas as pd
import psycopg
import shapely
from psycopg import errors, sql

from dsr_geo import atlas as atlases
from dsr_geo import build, catalog, cite
from dsr_geo.atlas import DATA, Atlas
from dsr_geo.postgis.connection import SCHEMA, NoDatabase, connected, made_of, names, run, where
from dsr_geo.postgis.tables import SHAPES, Table, View, tables, views
from dsr_geo.records import InvalidData

_LOG = logging.getLogger(__name__)

_ASIDE = f"{SCHEMA}_aside"
_OURS = f"{cite.TITLE}: the next `dsr-atlas publish` replaces everything in this schema"
_FILE = re.compile(r"(facts/|countries/|geojson/)?[^/\\:\0]+\.(csv|toml|geojson|md)")
"""The files of a data folder, and the only names that are written when it is read back."""

_HOLD = "500ms"
"""For how long a swap may hold readers up: less than PostgreSQL takes for a deadlock, which is 1 s."""
_TRIES = 60
"""How often a swap is tried, about once a second, while readers' transactions hold what is to go."""


def publish(url: str, data: Path | str = DATA) -> Atlas:
    """Publish a data folder, built; returns the atlas that was published.

    url: `postgresql://user:password@host:port/database`. All is written aside and takes the old one's place at the end
    of one transaction: readers see the old or the new, and whatever fails, the old stays. Two at once wait for each
    other. Whoever could use the old schema may read the new one. Raises `NoDatabase`, and as `build.check` and
    `atlas.load` do; `InvalidData` for tables that break a rule.
    """
    with tempfile.TemporaryDirectory(prefix="dsr-atlas-") as folder:  # nobody changes that while it is read
        files = {}
        for path in sorted(Path(data).rglob("*.*")):
            if path.is_file() and _FILE.fullmatch(name := path.relative_to(data).as_posix()):
                files[name] = path.read_bytes()
        if problems := build.check(_unpacked(files, Path(folder))):
            raise InvalidData(problems)
        atlas = atlases.load(folder)
    made, of_layers = tables(atlas), views(atlas)
    whole = pd.DataFrame(list(files.items()), columns=["name", "content"])
    made["files"] = Table(
        "The data folder as it was: what apps read, and the version is a digest of", whole, ("name",)
    )
    with connected(url) as connection:
        connection.execute("SET LOCAL lock_timeout = '5min'")
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_OURS])
        geometry = _geometry(connection)
        run(connection, "CREATE SCHEMA {}", _ASIDE)
        for name, table in made.items():
            _create(connection, name, table, geometry)
        for name, table in made.items():
            _finish(connection, name, table, made)
        for view in of_layers:
            _view(connection, view, made["records"].words)
        _swap(connection)
    return atlas


def load(url: str, patience: float = 0) -> Atlas:
    """The atlas that is published in a database: version and answers are those of the folder that was published.

    Its folder is a temporary one that goes when it goes. patience: for how many seconds to try again where the database
    cannot be used; the reason is logged once. Raises `NoDatabase`.
    """
    end, told = time.monotonic() + patience, False
    while True:
        try:
            return _load(url)
        except NoDatabase as error:
            if time.monotonic() >= end:
                raise
            if not told:
                _LOG.warning("%s It is tried again for %.0f seconds.", error, patience)
            told = True
            time.sleep(min(1, patience))


def version(url: str) -> str:
    """The version that is published in a database. Raises `NoDatabase`."""
    with connected(url) as connection:
        return connection.execute(made_of("SELECT version FROM {}.about", SCHEMA)).fetchall()[0][0]


def _load(url: str) -> Atlas:
    with connected(url) as connection:
        # One statement on one table is before a swap or after it, and cannot stand in the way of one.
        read = connection.execute(made_of("SELECT name, content FROM {}.files", SCHEMA), binary=True)
        files: dict[str, bytes] = dict(read.fetchall())
        place = where(connection.info.get_parameters())
    folder = tempfile.TemporaryDirectory(prefix="dsr-atlas-", ignore_cleanup_errors=True)
    try:
        atlas = atlases.load(_unpacked(files, Path(folder.name)))
    except (catalog.CatalogError, FileNotFoundError, InvalidData) as error:
        folder.cleanup()
        first = str(error).splitlines()[0].replace(f"{folder.name}/", "")
        raise NoDatabase(
            f"{place} holds what cannot be read as an atlas ({first}); publish it anew."
        ) from None
    weakref.finalize(atlas, folder.cleanup)
    return atlas


def _unpacked(files: Mapping[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        if _FILE.fullmatch(name):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
    return folder


# Writing


def _create(connection: psycopg.Connection, name: str, table: Table, geometry: sql.Composable) -> None:
    """A table with its rows; keys are quicker made when they are there."""
    columns = [_column(column, table.rows[column], geometry) for column in table.rows]
    run(connection, "CREATE TABLE {}.{} ({})", _ASIDE, name, sql.SQL(", ").join(columns))
    cells = [_cells(table.rows[column], column in table.key) for column in table.rows]
    with connection.cursor() as cursor, cursor.copy(made_of("COPY {}.{} FROM STDIN", _ASIDE, name)) as copy:
        for row in zip(*cells):
            copy.write_row(row)


def _column(name: str, cells: pd.Series, geometry: sql.Composable) -> sql.Composable:
    kind: sql.Composable
    if name in SHAPES:
        kind = made_of("{}({}, 4326)", geometry, sql.SQL(SHAPES[name]))
    elif pd.api.types.is_bool_dtype(cells.dtype):
        kind = sql.SQL("boolean")
    elif pd.api.types.is_integer_dtype(cells.dtype):
        kind = sql.SQL("integer")
    elif pd.api.types.is_float_dtype(cells.dtype):
        kind = sql.SQL("double precision")
    else:
        kind = sql.SQL("bytea" if len(cells) and isinstance(cells.iloc[0], bytes) else "text")
    return made_of("{} {}", name, kind)


def _cells(cells: pd.Series, is_key: bool) -> list[Any]:
    """Values as psycopg takes them: unknown is null, but for the parts of a key."""
    if cells.name in SHAPES:
        return shapely.to_wkb(shapely.set_srid(cells.to_numpy(), 4326), hex=True, include_srid=True).tolist()
    plain = cells.astype(object)
    known = plain.notna() if is_key else plain.notna() & (plain != "")
    return plain.where(known, None).tolist()


def _finish(connection: psycopg.Connection, name: str, table: Table, all_tables: Mapping[str, Table]) -> None:
    """Keys, indexes and comments of a table that has its rows; those it refers to have theirs."""
    here = (_ASIDE, name)
    run(connection, "ALTER TABLE {}.{} ADD PRIMARY KEY ({})", *here, names([[name] for name in table.key]))
    for column, other in table.refers.items():
        (key,) = all_tables[other].key
        refers = "ALTER TABLE {}.{} ADD FOREIGN KEY ({}) REFERENCES {}.{} ({})"
        run(connection, refers, *here, column, _ASIDE, other, key)
        if column != table.key[0]:
            run(connection, "CREATE INDEX ON {}.{} ({})", *here, column)
    for column in SHAPES.keys() & set(table.rows):
        run(connection, "CREATE INDEX ON {}.{} USING gist ({})", *here, column)
    _comment(connection, "TABLE", name, table.about, {each: table.words.get(each, "") for each in table.rows})
    run(connection, "ANALYZE {}.{}", *here)


def _view(connection: psycopg.Connection, view: View, words: Mapping[str, str]) -> None:
    columns = sql.SQL(", ").join(made_of("{} AS {}", column, name) for name, column in view.columns.items())
    select = "CREATE VIEW {}.{} AS SELECT {} FROM {}.records WHERE layer = {}"
    run(connection, select, _ASIDE, view.name, columns, _ASIDE, sql.Literal(view.layer))
    about = {name: words.get(column, "") for name, column in view.columns.items()}
    _comment(connection, "VIEW", view.name, view.about, about)


def _comment(
    connection: psycopg.Connection, kind: LiteralString, name: str, about: str, words: dict[str, str]
) -> None:
    all_of_it = [made_of(f"COMMENT ON {kind} {{}}.{{}} IS {{}}", _ASIDE, name, sql.Literal(about))]
    for column, text in words.items():
        all_of_it.append(
            made_of("COMMENT ON COLUMN {}.{}.{} IS {}", _ASIDE, name, column, sql.Literal(text or None))
        )
    connection.execute(sql.SQL(";").join(all_of_it))


def _geometry(connection: psycopg.Connection) -> sql.Composable:
    """PostGIS' type, wherever the database has it."""
    there = "SELECT nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'postgis'"
    if found := connection.execute(there).fetchone():
        return sql.Identifier(found[0], "geometry")
    place = where(connection.info.get_parameters())
    raise NoDatabase(f"{place} has no PostGIS; have its owner run CREATE EXTENSION postgis there.")


# Taking the old one's place


def _swap(connection: psycopg.Connection) -> None:
    """Put what was written aside in the old one's place, when no transaction of a reader holds that.

    Readers who come meanwhile wait for `_HOLD` at most: then the swap steps back, and is tried again.
    """
    run(connection, "COMMENT ON SCHEMA {} IS {}", _ASIDE, sql.Literal(_OURS))
    for left in reversed(range(_TRIES)):
        try:
            with connection.transaction():
                _take_down(connection)
                run(connection, "ALTER SCHEMA {} RENAME TO {}", _ASIDE, SCHEMA)
            return
        except (errors.QueryCanceled, errors.DeadlockDetected):
            if not left:
                raise
        time.sleep(0.5)


def _take_down(connection: psycopg.Connection) -> None:
    """Drop the old schema, and give those who could use it leave to read the new one.

    What others made that leans on it is not dropped with it: `DependentObjectsStillExist`.
    """
    found = connection.execute(
        "SELECT oid, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", [SCHEMA]
    ).fetchone()
    if not found:
        return
    old, about = found
    if about != _OURS:
        place = where(connection.info.get_parameters())
        raise NoDatabase(f"{place} has a schema {SCHEMA} that is not of `dsr-atlas publish`; rename that.")
    readers = connection.execute(
        "SELECT DISTINCT rolname FROM pg_namespace n, aclexplode(nspacl) a LEFT JOIN pg_roles r ON r.oid = grantee "
        "WHERE n.oid = %s AND privilege_type = 'USAGE' AND grantee <> nspowner",
        [old],
    ).fetchall()
    for (reader,) in readers:
        whom = sql.Identifier(reader) if reader else sql.SQL("PUBLIC")
        run(connection, "GRANT USAGE ON SCHEMA {} TO {}", _ASIDE, whom)
        run(connection, "GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}", _ASIDE, whom)
    kinds = "SELECT relname FROM pg_class WHERE relnamespace = %s AND relkind = %s ORDER BY relname"
    held = [names(connection.execute(kinds, [old, kind]).fetchall(), SCHEMA) for kind in "vr"]
    run(connection, f"SET LOCAL statement_timeout = '{_HOLD}'")
    run(connection, "LOCK TABLE {}, {} IN ACCESS EXCLUSIVE MODE", *held)
    run(connection, "SET LOCAL statement_timeout TO DEFAULT")
    run(connection, "DROP VIEW {}", held[0])
    run(connection, "DROP TABLE {}", held[1])
    run(connection, "DROP SCHEMA {}", SCHEMA)
