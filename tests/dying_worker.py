"""A preload of Dask workers: one dies at the worst moment: its third part is written aside, not in place yet."""

import os
import signal
from contextlib import suppress

replace, written = os.replace, []


def dying(source, target):
    written.append(target)
    if len(written) == 3 and str(target).endswith(".parquet"):
        with suppress(FileExistsError):  # the first to come so far dies, the other goes on
            open("died", "x").close()
            os.kill(os.getpid(), signal.SIGKILL)
    replace(source, target)


def dask_setup(worker):
    os.replace = dying
