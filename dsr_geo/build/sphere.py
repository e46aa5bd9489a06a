"""Lines on a sphere: places as unit vectors, great circles between them, curves that round a corner.

A place is a unit vector, so that the antimeridian is nothing special; WGS 84 degrees (lon, lat) are
what comes in and goes out.  Distances are kilometres on a sphere.
"""

from __future__ import annotations

import numpy as np

EARTH_KM = 6371.0
STEP = np.radians(14)  # a curve turns by at most this much from one place to the next
SAGITTA_KM = 0.4  # and its chords leave it by at most this much


def vector(lonlat) -> np.ndarray:
    lon, lat = np.radians(lonlat).T
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], -1)


def lonlat(vectors) -> np.ndarray:
    """Degrees of unit vectors along a line, longitudes unwrapped."""
    x, y, z = np.asarray(vectors).T
    return np.c_[
        np.unwrap(np.degrees(np.arctan2(y, x)), period=360), np.degrees(np.arcsin(np.clip(z, -1, 1)))
    ]


def unit(vectors) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def apart_km(a, b) -> np.ndarray:
    """Great-circle distance; by the chord, which is exact for short ones too."""
    return 2 * EARTH_KM * np.arcsin(np.minimum(np.linalg.norm(np.subtract(a, b), axis=-1) / 2, 1))


def steps_km(line) -> np.ndarray:
    """Length of each step of a line."""
    return apart_km(line[:-1], line[1:])


def densify(line, km):
    """Places along great circles, at most `km` apart."""
    n = np.ceil(steps_km(line) / km).astype(int).clip(1)
    steps = [a + (b - a) * (np.arange(k) / k)[:, None] for a, b, k in zip(line, line[1:], n)]
    return unit(np.concatenate([*steps, line[-1:]]))


def turns(line) -> np.ndarray:
    """Angle in radians by which a line turns at each place between its ends."""
    way = unit(np.diff(line, axis=0))
    return np.arccos(np.clip((way[:-1] * way[1:]).sum(1), -1, 1))


def at(line, km) -> tuple[np.ndarray, np.ndarray, int]:
    """The place of a line after `km`, the direction there, and the number of its step."""
    done = np.cumsum(steps_km(line))
    step = min(int(np.searchsorted(done, km)), len(done) - 1)
    a, b, whole = line[step], line[step + 1], steps_km(line[step : step + 2])[0]
    share = np.clip(1 - (done[step] - km) / max(whole, 1e-9), 0, 1)
    return unit(a + share * (b - a)), unit(b - a), step


def bow(start, way, end, onward) -> np.ndarray:
    """Places of a curve that leaves `start` in the direction `way` and reaches `end` in the direction `onward`.

    A cubic Bézier curve; where both tangents are of one length it is all but an arc of a circle.
    """
    turn = np.arccos(np.clip(way @ onward, -1, 1)).clip(1e-3)
    chord = np.linalg.norm(end - start)
    handle = chord * 2 / 3 * np.tan(turn / 4) / np.sin(turn / 2)
    radius = chord * EARTH_KM / 2 / np.sin(turn / 2)
    n = int(np.ceil(turn / min(STEP, np.sqrt(8 * SAGITTA_KM / radius))))
    t = np.linspace(0, 1, n + 1)[:, None]
    a, b = start + way * handle, end - onward * handle
    return unit((1 - t) ** 3 * start + 3 * t * (1 - t) ** 2 * a + 3 * t**2 * (1 - t) * b + t**3 * end)
