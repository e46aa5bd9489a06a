"""A PostGIS of the tests' own, in a temporary folder on a free port, gone with them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from itertools import count
from pathlib import Path

import psycopg
from debian import needed

PASSWORD = "s3cret-s3cret"


class Server:
    """PostgreSQL with PostGIS, run as `postgres` where the tests run as root, for it refuses that."""

    def __init__(self):
        needed("postgis")
        self._programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
        self._folder = Path(tempfile.mkdtemp(prefix="dsr-atlas-test-"))
        self._as = []
        if os.geteuid() == 0:
            self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            shutil.chown(self._folder, "postgres", "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._names = (f"atlas_{number}" for number in count())
        password = self._folder / "password"
        password.write_text(PASSWORD, encoding="ascii")
        quick = [
            "--no-sync",
            "--encoding=UTF8",
            "--no-locale",
            "--auth=scram-sha-256",
            f"--pwfile={password}",
        ]
        self._run("initdb", "--username=postgres", *quick)
        self.start()
        with psycopg.connect(self.url("template1"), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION postgis")
            connection.execute(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, self._programs / program, "-D", self._folder / "data", *arguments]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, check=True, cwd=self._folder, **quiet)

    def start(self) -> None:
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self._folder,
        }
        options |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_wal_senders": 0,
        }
        flags = " ".join(f"-c {name}={value}" for name, value in options.items())
        self._run(
            "pg_ctl",
            "start",
            "--wait",
            "-l",
            str(self._folder / "log"),
            "-o",
            f"{flags} -c wal_level=minimal",
        )

    def stop(self) -> None:
        """End it at once, as if it had broken down."""
        self._run("pg_ctl", "stop", "--wait", "--mode=immediate")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def url(self, name: str, user: str = "postgres", password: str = PASSWORD) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{name}"

    def new(self, template: str = "template1") -> str:
        """The address of a new database: an empty one with PostGIS, or a copy."""
        name = next(self._names)
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)
