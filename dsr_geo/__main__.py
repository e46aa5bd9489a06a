"""The command line: `python -m dsr_geo build | check | export`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from urllib.parse import parse_qs

from dsr_geo import atlas, build, catalog, export, records, routes, selection

_EXAMPLES = {
    "build": "example: python -m dsr_geo build",
    "check": "example: python -m dsr_geo check\nexit status: 0 if all is well, 1 if there are problems",
    "export": "examples:\n  python -m dsr_geo export gulf-cloud.geojson 'layer=data-centres&group=gcc&years=2018-2026'\n"
    "  python -m dsr_geo export huawei.csv 'actor=huawei&q=safe city'\n"
    "  python -m dsr_geo export map.html\n"
    "the selection is what stands after the ? in the address of a view in the app",
}

_OF_THE_VIEW = {"record", "shade", "shade_year", "view"}
"""Keys of a copied address that say how a selection is looked at, not what is in it."""

_ENDINGS = (*export.FORMATS, "html")
"""What a selection can be exported to; html is the map as one file that needs no network."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit status (0 well, 1 problems with the data, 2 problems with the call)."""
    # Names are in many scripts; a terminal that cannot show one must not stop the command.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(
        prog="python -m dsr_geo", description="The Digital Silk Road Atlas on the command line."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--data", type=Path, default=atlas.DATA, help="the data folder (default: the published data)"
    )

    def command(name: str, help: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=help,
            description=help,
            epilog=_EXAMPLES[name],
            parents=[shared],
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    command("build", "Check the tables and write data/geojson, one file per layer.")
    command("check", "Check the tables and print each problem as one sentence: file, row, id, cure.")
    exporting = command("export", "Write a selection to a file; the ending decides the format.")
    exporting.add_argument(
        "file", type=Path, help=f"file to write, ending in {', '.join('.' + f for f in _ENDINGS)}"
    )
    exporting.add_argument(
        "selection",
        nargs="?",
        default="",
        help="a selection as a URL query (default: what the app opens with)",
    )
    chosen = parser.parse_args(arguments)
    try:
        return {"build": _build, "check": _check, "export": _export}[chosen.command](chosen)
    except (catalog.CatalogError, records.InvalidData, routes.MissingLibraries, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1


def _build(chosen: argparse.Namespace) -> int:
    for path in build.build(chosen.data):
        print(path)
    return 0


def _check(chosen: argparse.Namespace) -> int:
    problems = build.check(chosen.data)
    for problem in problems:
        print(problem)
    print(
        f"{len(problems)} problem{'' if len(problems) == 1 else 's'} found."
        if problems
        else "All tables are valid."
    )
    return 1 if problems else 0


def _export(chosen: argparse.Namespace) -> int:
    ending = chosen.file.suffix.removeprefix(".")
    if ending not in _ENDINGS:
        print(
            f"'{chosen.file}' ends in none of {', '.join('.' + f for f in _ENDINGS)}; give it one of these.",
            file=sys.stderr,
        )
        return 2
    if not chosen.file.parent.is_dir() or chosen.file.is_dir():
        print(f"'{chosen.file}' cannot be written; name a file in a folder that exists.", file=sys.stderr)
        return 2
    loaded = atlas.load(chosen.data)
    query = parse_qs(chosen.selection.removeprefix("?"), keep_blank_values=True)
    wanted, problems = selection.from_query(query, loaded)
    problems += [
        f"“{key}” is no filter; use {', '.join(sorted(selection.KEYS))}."
        for key in query
        if key not in selection.KEYS | _OF_THE_VIEW
    ]
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 2
    if ending == "html":
        from dsr_geo import webmap  # folium takes a second to load, and only this needs it

        webmap.folium_map(loaded, wanted, chosen.data).save(chosen.file)
    else:
        chosen.file.write_bytes(export.FORMATS[ending](loaded, wanted))
    print(f"{chosen.file}: {int(wanted.mask(loaded).sum())} records")
    return 0


if __name__ == "__main__":
    sys.exit(main())
