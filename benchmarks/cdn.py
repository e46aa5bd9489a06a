"""What folium loads from content delivery networks, served from this machine, so that naive apps wait for no network.

The files come from npm, once. A naive app calls `use()`: it changes addresses and nothing else.
"""

from __future__ import annotations

import os
import subprocess
import tarfile
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_FOLDER = Path(__file__).with_name(".cdn")
_PACKAGES = (
    "leaflet@1.9.3",
    "jquery@3.7.1",
    "bootstrap@5.2.2",
    "leaflet.awesome-markers@2.0.5",
    "@fortawesome/fontawesome-free@6.2.0",
)
_FILES = {
    "leaflet": "leaflet/dist/leaflet.js",
    "jquery": "jquery/dist/jquery.min.js",
    "bootstrap": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "awesome_markers": "leaflet.awesome-markers/dist/leaflet.awesome-markers.js",
    "leaflet_css": "leaflet/dist/leaflet.css",
    "bootstrap_css": "bootstrap/dist/css/bootstrap.min.css",
    "awesome_markers_font_css": "@fortawesome/fontawesome-free/css/all.min.css",
    "awesome_markers_css": "leaflet.awesome-markers/dist/leaflet.awesome-markers.css",
}
"""folium's name → file. Two small style sheets that no npm package holds are left out, in the naive apps' favour."""


def use() -> None:
    """Point folium at the files served here."""
    import folium

    for name in ("default_js", "default_css"):
        setattr(
            folium.Map,
            name,
            [
                (key, f"{os.environ['BENCH_CDN']}/{_FILES[key]}")
                for key, _ in getattr(folium.Map, name)
                if key in _FILES
            ],
        )


def start() -> str:
    """Fetch what is missing, serve it in the background, return the address."""
    for package in _PACKAGES:
        target = _FOLDER / package.rpartition("@")[0]
        if not target.exists():
            with tempfile.TemporaryDirectory() as folder:
                subprocess.run(
                    ["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL
                )
                with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
                    archive.extractall(folder, filter="data")
                target.parent.mkdir(parents=True, exist_ok=True)
                next(path for path in Path(folder).iterdir() if path.is_dir()).rename(target)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Cached, directory=_FOLDER))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


class _Cached(SimpleHTTPRequestHandler):
    def end_headers(self):
        self.send_header("Cache-Control", "public, max-age=31536000")
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, *args):
        pass
