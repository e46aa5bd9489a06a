"""The atlas of a database, kept in memory by an app that runs for long."""

from __future__ import annotations

import logging
import threading
import time

from dsr_geo import postgis
from dsr_geo.atlas import Atlas
from dsr_geo.postgis.connection import NoDatabase

_LOG = logging.getLogger(__name__)

LOOK_AGAIN = 60.0
"""Seconds after which somebody's next act is the occasion to see whether a newer version was published."""


class Follower:
    """Called, it gives the atlas as it was last read, at once.

    Whether a newer one was published is looked up beside that, when it is called and `LOOK_AGAIN` has passed; that one
    is what is given then. A database that is away changes nothing: it is asked again after the same time.
    """

    def __init__(self, url: str, patience: float = 0):
        """Read the atlas; see `postgis.load`, also for what is raised."""
        self._url = url
        self._atlas = postgis.load(url, patience)
        self._looked = time.monotonic()
        self._looking = threading.Lock()
        self._away = False

    def __call__(self) -> Atlas:
        if time.monotonic() - self._looked >= LOOK_AGAIN and self._looking.acquire(blocking=False):
            threading.Thread(target=self._look, daemon=True).start()
        return self._atlas

    def _look(self) -> None:
        try:
            if postgis.version(self._url) != self._atlas.version:
                self._atlas = postgis.load(self._url)
                _LOG.warning("The database has a newer atlas, which is served now: %s.", self._atlas)
            self._away = False
        except NoDatabase as error:
            if not self._away:
                _LOG.warning("%s What was read before is served on.", error)
            self._away = True
        finally:
            self._looked = time.monotonic()
            self._looking.release()
