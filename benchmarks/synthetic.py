"""Invented records to measure with: points round invented towns, lines between them. The same for every app and run."""

from __future__ import annotations

import os

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

LAYERS = {
    "red": ("diamond", "#C33067", "#E94A83"), "brown": ("triangle-up", "#B27637", "#F5AB81"),
    "violet": ("square", "#6A2274", "#A563DD"), "olive": ("hexagon", "#525200", "#FFE800"), "links": ("line", "#165CEC", "#95AFDD"),
}
"""Layer → symbol, colour on light, colour on dark."""

YEARS = (2000, 2026)


def frame(points: int, lines: int, seed: int = 1) -> gpd.GeoDataFrame:
    """Points in four layers and lines of eight vertices in a fifth, with years, statuses and kinds."""
    rng = np.random.default_rng(seed)
    towns = np.column_stack([rng.uniform(-15, 150, 400), rng.uniform(-33, 62, 400)])
    spread = rng.gamma(1.2, 1.6, 400)
    town = rng.choice(400, points, p=(weights := rng.pareto(1.3, 400) + 0.05) / weights.sum())
    spots = towns[town] + rng.normal(size=(points, 2)) * spread[town, None]
    loose = rng.random(points) < 0.25
    spots[loose] = np.column_stack([rng.uniform(-20, 155, loose.sum()), rng.uniform(-36, 66, loose.sum())])
    spots = np.clip(spots, [-179, -70], [179, 80]).round(5)
    first = towns[rng.integers(0, 400, lines)] + rng.normal(size=(lines, 2)) * 2
    path = np.cumsum(np.concatenate([first[:, None], rng.normal(0, 0.7, (lines, 7, 2)) + rng.normal(0, 0.8, (lines, 1, 2))], axis=1), axis=1)
    paths = np.clip(path, [-179, -70], [179, 80]).round(5)
    n = points + lines
    start = rng.integers(YEARS[0], YEARS[1] + 1, n)
    layer = np.concatenate([rng.choice(4, points, p=(0.4, 0.3, 0.2, 0.1)), np.full(lines, 4)])
    return gpd.GeoDataFrame({
        "name": pd.Series(np.char.add("record ", np.arange(n).astype(str))) if n <= 20_000 else "",
        "layer": np.array(list(LAYERS))[layer], "kind": np.array(["a", "b", "c"])[rng.integers(0, 3, n)],
        "status": np.array(["operating", "construction", "announced"])[rng.choice(3, n, p=(0.8, 0.1, 0.1))],
        "evidence": np.array(["strong", "fair", "single"])[rng.integers(0, 3, n)],
        "year_start": start, "year_end": np.where(rng.random(n) < 0.2, start + 5, np.nan),
    }, geometry=np.concatenate([shapely.points(spots), shapely.linestrings(paths)]), crs="EPSG:4326")


def size() -> tuple[int, int]:
    """Numbers of points and lines that the driver asks an app for."""
    points, lines = os.environ.get("BENCH_SIZE", "2000,500").split(",")
    return int(points), int(lines)
