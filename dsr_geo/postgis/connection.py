"""A connection to a database, whose failures are sentences, and statements made of names and values."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import conninfo, errors, sql

SCHEMA = "dsr_atlas"
"""The schema that is published; nothing else of the database is touched."""

_WAIT = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "4",
}
"""A server that vanishes without a word is given up after half a minute at most."""

_CHECK = "run `dsr-atlas check`"
_HELD = (
    "somebody else publishes, or reads in a transaction that does not end (see pg_stat_activity); try again"
)
_CURE = {
    errors.InsufficientPrivilege: "to publish, be the role that published before, or for the first time one with GRANT "
    f"CREATE ON DATABASE; to read, one with GRANT USAGE ON SCHEMA {SCHEMA} and GRANT SELECT ON ALL TABLES IN it",
    errors.LockNotAvailable: _HELD,
    errors.QueryCanceled: _HELD,
    errors.DependentObjectsStillExist: f"take down what leans on the schema {SCHEMA}, publish, and make it again",
    errors.UndefinedTable: "publish an atlas there with `dsr-atlas publish`",
    errors.IntegrityError: _CHECK,
    errors.DataError: _CHECK,
    errors.ProgramLimitExceeded: _CHECK,
}
"""Error → its cure."""

_AWAY = ("08", "57P")
"""How the codes of errors begin that say that the server is going; without a code, it is gone."""


class NoDatabase(ConnectionError):
    """The database cannot be used; the message is a sentence with the cure, and holds no password."""


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection]:
    """A connection and one transaction on it; all that goes wrong is said in a sentence (`NoDatabase`)."""
    asked = _parameters(url)
    place = where(asked)
    try:
        connection = psycopg.connect(**asked)
    except (psycopg.Error, OSError) as error:
        raise NoDatabase(
            f"{place} cannot be reached ({_reason(error, asked)}); start it, or correct its address."
        ) from None
    try:
        with connection:
            yield connection
    except psycopg.Error as error:
        what, cure = (
            _reason(error, asked),
            next((cure for kind, cure in _CURE.items() if isinstance(error, kind)), None),
        )
        if not cure and (error.sqlstate or _AWAY[0]).startswith(_AWAY):
            raise NoDatabase(
                f"{place} went away ({what}); what was published is as it was, try again."
            ) from None
        raise NoDatabase(f"{place} refuses that ({what}); {cure or 'see its log'}.") from None


def _parameters(url: str) -> dict[str, Any]:
    """The parts of an address, with our own defaults. Raises `NoDatabase`, without the address: a password is in it."""
    scheme, _, rest = url.partition("://")
    before, _, after = rest.partition("?")[0].partition("/")
    try:
        parts = conninfo.conninfo_to_dict(url)
        ports = str(parts.get("port", "")).replace(",", "")
        fine = scheme in ("postgresql", "postgres") and before.count("@") <= 1 and "@" not in after
        if fine and (not ports or ports.isascii() and ports.isdecimal()):
            return {**_WAIT, "application_name": "dsr-atlas", **parts}
    except psycopg.Error:
        pass
    raise NoDatabase(
        "the address of the database cannot be read; write it as postgresql://user:password@host:5432/name, and in a "
        "password @ as %40, / as %2F, : as %3A, % as %25."
    )


def where(parts: Mapping[str, Any]) -> str:
    """What sentences call a database, from the parts of its address."""
    host, port = (parts.get(key) or os.environ.get(f"PG{key.upper()}") for key in ("host", "port"))
    name = f"the database '{parts.get('dbname', parts.get('user', ''))}'"
    return f"{name} at {host or 'this machine'}" + (f":{port}" if port else "")


def _reason(error: Exception, parts: Mapping[str, Any]) -> str:
    """What a database says of a failure, on one line and without a password."""
    diagnosis = getattr(error, "diag", None)
    lines = (
        [diagnosis.message_primary, diagnosis.message_detail]
        if diagnosis and diagnosis.message_primary
        else []
    )
    text = "; ".join(line for line in lines or str(error).splitlines()[:1] if line)
    for key, value in parts.items():
        if "password" in key and value:
            text = text.replace(str(value), "…")
    return " ".join(text.split()).removeprefix("connection failed: ").rstrip(".")


def made_of(template: LiteralString, *parts: str | sql.Composable) -> sql.Composed:
    """A statement; texts are names."""
    return sql.SQL(template).format(
        *(sql.Identifier(part) if isinstance(part, str) else part for part in parts)
    )


def names(rows: Iterable[Sequence[str]], *inside: str) -> sql.Composable:
    """A list of names, one of each row; inside: the schema they are in."""
    return sql.SQL(", ").join(sql.Identifier(*inside, *row) for row in rows)


def run(connection: psycopg.Connection, template: LiteralString, *parts: str | sql.Composable) -> None:
    connection.execute(made_of(template, *parts))
