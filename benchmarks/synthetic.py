"""Invented records to measure with: points round invented towns, lines between them. The same for every app and run."""

from __future__ import annotations

import os

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

LAYERS = {
    "red": ("diamond", "#C33067", "#E94A83"),
    "brown": ("triangle-up", "#B27637", "#F5AB81"),
    "violet": ("square", "#6A2274", "#A563DD"),
    "olive": ("hexagon", "#525200", "#FFE800"),
    "links": ("line", "#165CEC", "#95AFDD"),
}
"""Layer → symbol, colour on light, colour on dark."""

YEARS = (2000, 2026)


def frame(points: int, lines: int, seed: int = 1) -> gpd.GeoDataFrame:
    """Points in four layers and lines of eight vertices in a fifth, with years, statuses and kinds."""
    rng = np.random.default_rng(seed)
    towns = np.column_stack([rng.uniform(-15, 150, 400), rng.uniform(-33, 62, 400)])
    weight = rng.pareto(1.3, 400) + 0.05
    town = rng.choice(400, points, p=weight / weight.sum())
    spots = towns[town] + rng.standard_t(3, (points, 2)) * rng.gamma(1.2, 0.5, 400)[town, None]
    # Lines join neighbouring towns, each on a way of its own.
    apart = np.hypot(*(towns[:, None] - towns[None]).transpose(2, 0, 1))
    start = rng.integers(0, 400, lines)
    end = np.argsort(apart)[start, rng.integers(1, 7, lines)]
    way = np.linspace(0, 1, 8)[:, None]
    path = (
        towns[start][:, None] * (1 - way)
        + towns[end][:, None] * way
        + rng.normal(0, 0.35, (lines, 8, 2))
        + rng.normal(0, 0.6, (lines, 1, 2))
    )
    spots, paths = (
        np.clip(spots, [-179, -70], [179, 80]).round(5),
        np.clip(path, [-179, -70], [179, 80]).round(5),
    )
    n = points + lines
    year = rng.integers(YEARS[0], YEARS[1] + 1, n)
    own = rng.choice(4, 400, p=(0.4, 0.3, 0.2, 0.1))  # most of a town is of one layer
    layer = np.concatenate(
        [np.where(rng.random(points) < 0.8, own[town], rng.integers(0, 4, points)), np.full(lines, 4)]
    )
    return gpd.GeoDataFrame(
        {
            "name": pd.Series(np.char.add("record ", np.arange(n).astype(str))) if n <= 20_000 else "",
            "layer": np.array(list(LAYERS))[layer],
            "kind": np.array(["a", "b", "c"])[rng.integers(0, 3, n)],
            "status": np.array(["operating", "construction", "announced"])[
                rng.choice(3, n, p=(0.8, 0.1, 0.1))
            ],
            "evidence": np.array(["strong", "fair", "single"])[rng.integers(0, 3, n)],
            "year_start": year,
            "year_end": np.where(rng.random(n) < 0.2, year + 5, np.nan),
        },
        geometry=np.concatenate([shapely.points(spots), shapely.linestrings(paths)]),
        crs="EPSG:4326",
    )


def size() -> tuple[int, int]:
    """Numbers of points and lines that the driver asks an app for."""
    points, lines = os.environ.get("BENCH_SIZE", "2000,500").split(",")
    return int(points), int(lines)
