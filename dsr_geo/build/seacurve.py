"""Curves in place of corners: how a taut line is rounded, and how a branch runs into its trunk.

A bend becomes an arc, as wide as the coast allows: inside the corner, or through it where land is in the way.
A line passes by a landing at which it would turn sharply, and what leads there is a spur.  A branch joins its
trunk along it, as a railway's points do.  No curve touches land that the corner did not.
"""

from __future__ import annotations

import numpy as np
import shapely

from dsr_geo.build.sphere import (
    EARTH_KM,
    apart_km,
    at,
    bow,
    densify,
    lonlat,
    steps_km,
    turns,
    unit,
    vector,
)

BEND_KM = 150.0  # a bend is rounded from this far before it to this far behind it
LANDING_KM, LANDING_SHARE = 40.0, 0.3  # where it turns at a landing at most so far, or this share of its room
CROSSING_KM = 12.0  # and at the ends of a crossing, which lies on land
MERGE_KM, MERGE_SHARE = 50.0, 0.24  # a branch runs into its trunk over this much, or this share of its length
CLOSER = 1.4  # a curve may cost this much of the corner that it rounds: not much nearer to land
WATER = 3.0  # the most that a kilometre of water costs
LEAST = np.radians(6)  # a bend by less is none; one that is as near to straight back has no curve
STEEP = np.radians(115)  # a branch that would turn by more to join its trunk joins it the other way
FINE = 4  # decimals of a degree, 11 m, between the ends of a line
PASSED = np.radians(30)  # a line that would turn by more at a landing passes by it


class Curves:
    """Rounds the lines of one cable. `price(starts, ends)` is infinite on land, save at shore ends."""

    def __init__(self, price):
        self._price = price

    def unfold(self, line, reach):
        """The line without the stretches that lead to a landing and back the same way: these are its `tails`."""
        stops, tails = np.r_[0, np.flatnonzero(reach < BEND_KM)], {}
        for low, here, high in list(zip(stops, stops[1:], stops[2:]))[::-1]:
            if reach[here] != LANDING_KM:
                continue
            tails[here] = line[here : here + 1]
            to, fro = densify(line[low : here + 1][::-1], 1), densify(line[here : high + 1], 1)
            n = min(len(to), len(fro), 200)
            near = apart_km(to[:n], fro[:n]) < np.maximum(1.5, 0.12 * np.arange(n))
            fork = int(np.argmin(near)) - 1
            if near.all() or fork < 4:
                continue
            before = line[: here - at(line[low : here + 1][::-1], steps_km(to[: fork + 1]).sum())[2]]
            rest = here + 1 + at(line[here : high + 1], steps_km(fro[: fork + 1]).sum())[2]
            joints = [to[fork : fork + 1], np.stack([to[fork], fro[fork]])]
            joint = next(
                (each for each in joints if self._wet(before[-1:], each, line[rest : rest + 1])), None
            )
            if joint is None:
                continue
            tails = {key - rest + len(before) + len(joint): tail for key, tail in tails.items() if key > here}
            tails[len(before)] = np.concatenate([line[here : here + 1], to[1 : fork + 1 : 5], joint[:1]])
            line = np.concatenate([before, joint, line[rest:]])
            reach = np.concatenate([reach[: len(before)], [BEND_KM] * len(joint), reach[rest:]])
        return line, reach, tails

    def round(self, line, reach, tails):
        """A taut line with its bends rounded within `reach`, as widely as the coast allows, and its spurs.

        Where it passes by a landing, the tail of that becomes a spur that runs into the curve.
        """
        way, turn = unit(np.diff(line, axis=0)), np.r_[0, turns(line), 0]
        weight = np.tan(np.minimum(turn, 3) / 2)  # a step is shared so that the bends at its ends are as wide
        shares = weight[:-1] + weight[1:] + 1e-9
        room = steps_km(line)[:, None] * np.c_[weight[:-1] / shares, weight[1:] / shares] * 0.98
        parts, spurs, last = [], [], line[:1]
        for i in range(1, len(line) - 1):
            corner, tail = line[i : i + 1], tails.get(i)
            free = tail is None or len(tail) > 1 or turn[i] > PASSED
            share = LANDING_SHARE if reach[i] == LANDING_KM else 1
            width = min(reach[i], share * min(room[i - 1, 1], room[i, 0]))
            arc, passes = self._bend(corner[0], way[i - 1], way[i], width, free)
            if tail is not None and (passes or len(tail) > 1):
                spurs.append(np.concatenate([tail, arc[:1]]) if passes else tail)
            parts += [self._leg(last[-1], arc[0]), arc[:-1]]
            last = arc
        parts += [self._leg(last[-1], line[-1]), line[-1:]]
        return np.concatenate(parts), spurs

    def _bend(self, corner, way, onward, reach, free):
        """The widest clear curve round a corner, and whether it passes by it, as it may if it is `free`."""
        tries = []
        turn = np.arccos(np.clip(way @ onward, -1, 1))
        if not LEAST < turn < np.pi - LEAST:
            return corner[None], False
        middle = unit(way + onward)
        while reach > 0.5:
            if free:
                tries.append((reach, True))
            tries.append((reach / 4, False))  # through the corner it bends four times as much
            reach *= 0.7
        for width, passes in sorted(tries, reverse=True):
            far = (width if passes else width * 4) / EARTH_KM
            a, b = vector(np.round(lonlat(unit(np.stack([corner - way * far, corner + onward * far]))), FINE))
            if passes:
                arc = bow(a, way, b, onward)
            else:
                arc = np.concatenate([bow(a, way, corner, middle), bow(corner, middle, b, onward)[1:]])
            if self._fits(arc, np.stack([a, corner, b])):
                return arc, passes
        return corner[None], False

    def _leg(self, a, b):
        """The great circle from one place to another without the last, as few places as a flat map needs."""
        if apart_km(a, b) < 0.01:
            return np.empty((0, 3))
        return vector(self._simplify(lonlat(densify(np.stack([a, b]), 40))))[:-1]

    def _simplify(self, line):
        """A line in degrees without the points it can spare; next to land it halves itself first."""
        simple = np.asarray(shapely.LineString(line).simplify(0.01).coords)
        steps = [np.linspace(a, b, 2 + int(np.abs(b - a).max() / 0.2)) for a, b in zip(simple, simple[1:])]
        if len(line) <= 2 or self._clear(vector(np.concatenate(steps))):
            return simple
        half = len(line) // 2
        return np.concatenate([self._simplify(line[: half + 1]), self._simplify(line[half:])[1:]])

    def _fits(self, curve, corner):
        """Whether a curve may stand for a corner: it touches no more land, and does not come much nearer to it."""
        cost, dry = self._cost(curve)
        was, was_dry = self._cost(corner)
        return np.isfinite(cost) and cost <= CLOSER * was and dry <= was_dry + 1e-6

    def _cost(self, line):
        """The price of a line, and what of it is for land."""
        price = self._price(line[:-1], line[1:])
        return price.sum(), np.maximum(price - WATER * steps_km(line), 0).sum()

    def _wet(self, *parts):
        return self._cost(np.concatenate(parts))[1] < 1e-6

    def _clear(self, line):
        return np.isfinite(self._price(line[:-1], line[1:])).all()

    def merge(self, branch, trunk, position, most):
        """A branch whose last place lies on a trunk, before its place `position`, led into it along it.

        Returns the branch, and the place where it joins the trunk with its position there.  Of both directions it
        takes the one that lets it run in over more, at most over `most` km.  The trunk is in degrees.
        """
        foot, back = branch[-1], branch[::-1]
        length, tries = steps_km(branch).sum(), []
        for sign, rest in ((1, trunk[position:]), (-1, trunk[:position][::-1])):
            side = np.concatenate([foot[None], vector(rest)])
            reach = min(MERGE_SHARE * length, MERGE_KM, most, 0.9 * steps_km(side).sum())
            while reach > 0.3:
                start, way, step = at(back, reach)
                end, onward, ahead = at(side, reach)
                turn = np.arccos(np.clip(-way @ onward, -1, 1))
                tries.append((turn > STEEP, -round(reach), turn, sign, step, start, -way, ahead, end, onward))
                reach *= 0.7
        for *_, sign, step, start, way, ahead, end, onward in sorted(tries, key=lambda each: each[:4]):
            curve = bow(start, way, end, onward)
            if self._fits(curve, np.stack([start, foot, end])):
                return np.concatenate([branch[: len(branch) - step - 1], curve]), end, position + sign * ahead
        return branch, foot, position
