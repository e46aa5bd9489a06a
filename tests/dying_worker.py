"""A preload of a Dask worker that dies at the worst moment: its third file is written aside, not yet in its place."""

import os
import signal

replace, written = os.replace, []


def dying(source, target):
    written.append(target)
    if len(written) == 3 and str(target).endswith(".parquet"):
        os.kill(os.getpid(), signal.SIGKILL)
    replace(source, target)


def dask_setup(worker):
    os.replace = dying
