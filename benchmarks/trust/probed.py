"""The app with a probe: at SIGUSR1 it writes what lives in the process to the file that `PROBE` names, as JSON.

Run in a copy of the project as `python probed.py run app.py …`.
"""

import collections
import gc
import json
import os
import signal
import sys
from pathlib import Path

from streamlit.runtime import exists, get_instance
from streamlit.runtime.caching.cache_data_api import _data_caches


def probe(*_: object) -> None:
    """Count sessions, runs and what is cached (entries, bytes), after the garbage is gone."""
    gc.collect()
    counts = collections.Counter(type(each).__name__ for each in gc.get_objects())
    memory = [
        getattr(getattr(cache, "storage", None), "_mem_cache", {})
        for caches in _data_caches._function_caches.values()
        for cache in caches.values()
    ]
    found = {
        "sessions": counts["AppSession"],
        "runs": counts["ScriptRunner"],
        "active": get_instance()._session_mgr.num_active_sessions() if exists() else 0,
        "frames": counts["DataFrame"],
        "cached": sum(map(len, memory)),
        "cached MB": round(sum(len(value) for each in memory for value in each.values()) / 1e6, 1),
    }
    new = Path(os.environ["PROBE"] + ".new")
    new.write_text(json.dumps(found), encoding="utf-8")
    new.replace(os.environ["PROBE"])


if __name__ == "__main__":
    from streamlit.web.cli import main

    signal.signal(signal.SIGUSR1, probe)
    sys.argv[0] = "streamlit"
    main()
