"""Measures how the drawn cables look: bends, branch angles and doubled strokes.

    python benchmarks/sea_curves.py [FILE]

FILE is a built GeoJSON, by default data/geojson/submarine-cables.geojson. Rivers are left out: their legs are straight
by decision. Landing points are left out of the bends: a cable ends there and another segment begins.
"""

import json
import sys
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree
from shapely.geometry import shape

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from dsr_geo.atlas import DATA
from dsr_geo.build.sphere import EARTH_KM, densify, steps_km, unit, vector

KINK = 15  # degrees at one vertex that an eye sees as a corner
WINDOW = 10  # km over which a turn is summed
BESIDE_KM, BESIDE_DEGREES, DOUBLED_KM = (
    3,
    10,
    25,
)  # so near and so parallel for so long, two strokes are a doubled one


def directions(line):
    """Unit vectors along the segments, and the angle in degrees between each and the next."""
    way = unit(np.diff(line, axis=0))
    return way, np.degrees(np.arccos(np.clip((way[:-1] * way[1:]).sum(1), -1, 1)))


def chord(line, km):
    """The direction in which a line leaves its first place, over `km`."""
    fine = densify(line, min(km / 4, 1))
    at = np.searchsorted(np.cumsum(steps_km(fine)), km)
    return unit(fine[min(at + 1, len(fine) - 1)] - fine[0])


def ends_meet(parts):
    """Angle in degrees at which each branch leaves a part of the same cable."""
    for number, part in enumerate(parts):
        for branch in (part, part[::-1]):
            km = min(10, steps_km(branch).sum() / 2)
            for other, trunk in enumerate(parts):
                at = np.flatnonzero(np.linalg.norm(trunk - branch[0], axis=1) * EARTH_KM < 0.01)
                if other != number and len(at) and 0 < at[0] < len(trunk) - 1:
                    sides = chord(trunk[at[0] :], km), chord(trunk[at[0] :: -1], km)
                    yield np.degrees(np.arccos(max(chord(branch, km) @ side for side in sides)))
                    break


def doubled(parts):
    """Km of strokes that run beside another stroke of the same cable for longer than a branch takes to join."""
    fine = [densify(part, 1) for part in parts]
    at = np.concatenate([(line[:-1] + line[1:]) / 2 for line in fine])
    way = np.concatenate([directions(line)[0] for line in fine])
    km = np.concatenate([steps_km(line) for line in fine])
    owner = np.repeat(np.arange(len(fine)), [len(line) - 1 for line in fine])
    done = np.concatenate([np.cumsum(steps_km(line)) for line in fine])
    a, b = cKDTree(at).query_pairs(BESIDE_KM / EARTH_KM, output_type="ndarray").T
    twice = (owner[a] != owner[b]) | (np.abs(done[a] - done[b]) > 3 * BESIDE_KM)
    twice &= np.abs((way[a] * way[b]).sum(1)) > np.cos(np.radians(BESIDE_DEGREES))
    beside = np.zeros(len(at), bool)
    beside[b[twice]] = True  # of two strokes, the later
    cuts = np.flatnonzero((np.diff(beside) != 0) | (np.diff(owner) != 0)) + 1
    runs = [run.sum() for run, on in zip(np.split(km, cuts), np.split(beside, cuts)) if on[0]]
    return sum(run for run in runs if run > DOUBLED_KM)


def main():
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "geojson" / "submarine-cables.geojson"
    text = path.read_bytes()
    length = vertices = corners = windows = sharp = twice = 0
    angles, worst = [], []
    for feature in json.loads(text)["features"]:
        if feature["properties"]["kind"] == "river":
            continue
        parts = [vector(np.array(part.coords)) for part in shape(feature["geometry"]).geoms]
        for part in parts:
            length += steps_km(part).sum()
            vertices += len(part)
            turn = directions(part)[1]
            corners += (turn > KINK).sum()
            fine = densify(part, 1)
            step, turned = steps_km(fine), np.r_[0, directions(fine)[1], 0]
            sums, total = np.cumsum(turned), np.cumsum(np.r_[0, step])
            last = np.searchsorted(total, total + WINDOW, side="right") - 1
            bent = (sums[last] - np.r_[0, sums[:-1]]) > 60
            windows += len(bent)
            sharp += bent.sum()
        own = doubled(parts)
        twice += own
        met = list(ends_meet(parts))
        angles += met
        worst.append((round(own), feature["id"]))
    angles = np.array(angles)
    print(f"{path.name}: {len(text):,} bytes, {vertices} vertices, {length:.0f} km")
    print(
        f"corners of more than {KINK} degrees: {corners} = {100 * corners / vertices:.1f} % of the vertices"
    )
    print(f"turns by more than 60 degrees within {WINDOW} km: {100 * sharp / windows:.2f} % of the length")
    print(
        f"branches: {len(angles)}, median angle {np.median(angles):.0f}, "
        f"60 degrees and more {(angles >= 60).sum()} = {100 * (angles >= 60).mean():.0f} %"
    )
    most = ", ".join(f"{id} {km}" for km, id in sorted(worst)[:-5:-1])
    print(f"doubled strokes: {twice:.0f} km; most: {most}")


if __name__ == "__main__":
    main()
