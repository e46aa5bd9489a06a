"""The command line: `dsr-atlas build | check | diff | export | import | join | map | publish | serve | site`.

`python -m dsr_geo …` is the same.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path
from urllib.parse import parse_qs

from dsr_geo import faults

with faults.told():  # a library that is missing is named
    from tqdm import tqdm

    import dsr_geo
    from dsr_geo import (
        atlas,
        build,
        changes,
        cite,
        describe,
        export,
        files,
        names,
        own,
        records,
        scale,
        selection,
        site,
        stories,
        upload,
    )
    from dsr_geo.atlas import Atlas
    from dsr_geo.build import importer
    from dsr_geo.selection import Selection
    from dsr_geo.ui import PAGES, PATIENCE

_EXAMPLES = {
    "build": "example: dsr-atlas build --data my-data",
    "check": "example: dsr-atlas check --data my-data\n"
    "exit status: 0 if all is well, 1 if there are problems (with --strict: or doubts)",
    "diff": "examples:\n  dsr-atlas diff v2.0\n  dsr-atlas diff old-data new-data --json\n"
    "  dsr-atlas diff v2.0 --keep 2026-11-26",
    "export": "examples:\n"
    "  dsr-atlas export gulf-cloud.geojson 'layer=data-centres&group=gcc&years=2018-2026'\n"
    "  dsr-atlas export huawei.csv 'actor=huawei&q=safe city'\n"
    "  dsr-atlas export map.html\n",
    "import": "example:\n"
    "  dsr-atlas import aiddata AidDatasGlobalChineseDevelopmentFinanceDataset_v3.0.xlsx --data my-data",
    "join": "examples:\n"
    "  dsr-atlas join sites.parquet --out sites-joined\n"
    "  dsr-atlas join sites/ --out sites-joined --scheduler tcp://10.0.0.5:8786",
    "map": "examples:\n"
    "  dsr-atlas map --open\n"
    "  dsr-atlas map 'group=gcc&shade=internet_users_pct&shade_year=2020' --out gulf.html\n"
    "  dsr-atlas map our-sites.xlsx 'group=gcc&years=2015-2020' --out ours.html --joined ours.gpkg",
    "publish": "examples:\n"
    "  dsr-atlas publish postgresql://editor@db.example.org/atlas\n"
    "  dsr-atlas publish --data my-data   # to the database that DSR_DATABASE_URL names\n"
    "a password is better kept in ~/.pgpass, PGPASSWORD or DSR_DATABASE_URL: others on the machine see this line",
    "serve": "examples:\n  dsr-atlas serve\n  dsr-atlas serve --address 0.0.0.0 --port 8080 --headless",
    "site": "example:\n  dsr-atlas site public\n"
    "Opens from a disk, too: public/index.html. Put the folder on any host or CDN.",
}
_A_SELECTION = (
    "a selection is what stands after the ? in the address of a view in the app; the whole address does, too"
)


class _Refused(Exception):
    """The call cannot be followed; the message says why, a sentence a line."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit status (0 well, 1 problems with the data, 2 problems with the call)."""
    # Names are in many scripts; a terminal that cannot show one must not stop the command.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # they are text files here
    chosen = _parser().parse_args(arguments)
    chosen.named, chosen.data = chosen.data, chosen.data or atlas.DATA
    try:
        return chosen.run(chosen)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    except _Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except Exception as error:
        extra = {"serve": "app", "join": "scale"}.get(chosen.command, "map")
        if not (said := faults.sentence(error, extra)):
            raise
        print(said, file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dsr-atlas", description="The Digital Silk Road Atlas on the command line."
    )
    parser.add_argument("--version", action="version", version=f"dsr-atlas {dsr_geo.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--data",
        type=Path,
        help="the data folder (default: the published data; what only reads an atlas reads that of the database that "
        "DSR_DATABASE_URL names)",
    )

    def command(name: str, run: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        made = commands.add_parser(
            name,
            help=about,
            description=about,
            epilog=_EXAMPLES[name] + (f"\n{_A_SELECTION}" if name in ("export", "map") else ""),
            parents=[shared],
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        made.set_defaults(run=run)
        return made

    opening = "what to show (default: what the app opens with)"
    endings = ", ".join(f".{ending} ({form.title})" for ending, form in export.FORMATS.items())
    command(
        "build",
        _build,
        "Check the tables; write data/geojson, one file per layer, and what describes the data for machines.",
    )
    made = command(
        "check", _check, "Check the tables and print each problem as one sentence: file, row, id, cure."
    )
    made.add_argument("--strict", action="store_true", help="count what is only doubtful as a problem, too")
    made = command("diff", _diff, "Print what changed between two versions of the data.")
    made.add_argument("old", help="a data folder, or a git revision of --data")
    made.add_argument("new", nargs="?", help="the same (default: --data as it is now)")
    made.add_argument("--json", action="store_true", help="print JSON")
    made.add_argument(
        "--keep", metavar="DAY", type=_day, help="put them into changes.csv, too, which records' pages show"
    )
    made = command("export", _export, "Write a selection to a file; the ending decides the format.")
    made.add_argument("file", type=Path, help=f"file to write, ending in {endings}")
    made.add_argument("selection", nargs="?", default="", help=opening)
    made.add_argument(
        "--country-geometry",
        action="store_true",
        help="give records known only by country the polygon of their countries (formats with shapes)",
    )
    made = command("import", _import, "Bring the projects of a public table into the fact tables.")
    made.add_argument("table", choices=["aiddata"], help="whose table it is")
    made.add_argument("file", type=Path, help="the table of projects, .xlsx or .csv")
    made = command(
        "join", _join, "Give points of yours in Parquet files their countries, as GeoParquet files."
    )
    made.add_argument(
        "points",
        type=Path,
        help="a file or folder, GeoParquet or with columns lon and lat; year for attributes",
    )
    made.add_argument("--out", type=Path, required=True, help="folder to write; goes on where it was stopped")
    made.add_argument("--scheduler", help="address of a Dask cluster (default: the threads of this machine)")
    made = command("map", _map, "Write the map of a selection as one HTML file that needs no network.")
    yours = ", ".join(f".{ending}" for ending in upload.ENDINGS)
    made.add_argument(
        "things",
        nargs="*",
        metavar="file or selection",
        help=f"layers of yours ({yours}; shapefiles zipped), shown beside the atlas, and {opening}",
    )
    usual = Path(export.file_name("html"))
    made.add_argument("--out", type=Path, default=usual, help=f"file to write (default: {usual})")
    made.add_argument(
        "--joined", type=Path, help=f"also write your layer with its countries; file ending in {endings}"
    )
    made.add_argument("--layer", default="", help="which layer or sheet of your file")
    made.add_argument(
        "--crs", default="", help="its coordinate system, such as EPSG:32650, instead of what it says"
    )
    made.add_argument("--encoding", default="", help="the encoding of its table, such as gb18030")
    made.add_argument("--swap", action="store_true", help="exchange its longitude and latitude")
    made.add_argument("--open", action="store_true", help="show it in the browser")
    made = command(
        "publish", _publish, "Publish the atlas in a PostGIS database, for QGIS, GDAL, SQL and apps."
    )
    made.add_argument(
        "database",
        nargs="?",
        default=os.environ.get("DSR_DATABASE_URL", ""),
        help="postgresql://user@host:port/name (default: DSR_DATABASE_URL)",
    )
    made = command("serve", _serve, "Open the atlas as an app in the browser.")
    made.add_argument("--address", default="127.0.0.1", help="where to listen (default: this machine only)")
    made.add_argument("--port", type=_port, default=8501, help="the port (default: 8501)")
    made.add_argument("--base", default="", help="the path it is served under, such as atlas")
    made.add_argument("--headless", action="store_true", help="do not open a browser")
    made = command(
        "site",
        _site,
        "Write map, records' pages, downloads and JSON as plain files that need no server of ours.",
    )
    made.add_argument(
        "folder", type=Path, help="new, empty, or an earlier site, which is replaced as a whole"
    )
    return parser


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) < 65_536:
        raise argparse.ArgumentTypeError(f"'{text}' is no port; use a number from 1 to 65535")
    return int(text)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no day; write it as 2026-11-26") from None


def _build(chosen: argparse.Namespace) -> int:
    if chosen.data == atlas.INSTALLED:
        raise _Refused("the installed data are built; name a folder of yours with --data")
    for path in build.build(chosen.data):
        print(path)
    described = describe.files(atlas.load(chosen.data))
    files.write_all(described)
    print(*described, sep="\n")
    return 0


def _check(chosen: argparse.Namespace) -> int:
    try:
        doubts = build.doubtful(chosen.data)
        problems = _stories(chosen.data)
    except records.InvalidData as error:
        problems = [str(problem) for problem in error.problems]
    if problems:
        print(*problems, f"{_counted(problems, 'problem')} found.", sep="\n")
        return 1
    for title, group in groupby(doubts, key=lambda doubt: doubt[0]):
        print(f"{title}:")
        for _, sentence in group:
            print(f"  {sentence}")
    print("All tables are valid.")
    if doubts:
        print(f"{_counted(doubts, 'doubt')}; --strict takes them for problems.")
    return 1 if doubts and chosen.strict else 0


def _counted(things: list, word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"


def _stories(data: Path) -> list[str]:
    """What is wrong with the stories; nothing where the layers are not built yet, which stories speak of."""
    try:
        stories.load(atlas.load(data))
    except stories.StoryError as error:
        return str(error).splitlines()
    except (FileNotFoundError, records.InvalidData):
        pass
    return []


def _diff(chosen: argparse.Namespace) -> int:
    old, new = (changes.read(place, chosen.data) for place in (chosen.old, chosen.new or str(chosen.data)))
    found = changes.compare(old, new)
    if chosen.keep:
        changes.keep(found, chosen.keep, chosen.data)
    print(found.to_json() if chosen.json else "\n".join(found.lines()))
    return 0


def _export(chosen: argparse.Namespace) -> int:
    return _write(chosen, chosen.file, _form(chosen.file), chosen.country_geometry)


def _import(chosen: argparse.Namespace) -> int:
    if chosen.data == atlas.INSTALLED:
        raise _Refused("the installed data are not to be changed; name a folder of yours with --data")
    report = importer.run(chosen.file, chosen.data, tqdm)
    print("\n".join(report.lines()))
    if report.added or report.merged:
        print("Now run build; what was added is gathered, and nobody has compared it with another source.")
    return 0


def _join(chosen: argparse.Namespace) -> int:
    report = scale.join(chosen.points, chosen.out, atlas.load(chosen.data), chosen.scheduler)
    print("\n".join(report.lines()))
    return 0


def _map(chosen: argparse.Namespace) -> int:
    if chosen.out.suffix.lower() != ".html":
        raise _Refused(f"'{chosen.out}' does not end in .html; the map is an HTML file.")
    paths, chosen.selection = _things(chosen.things)
    if chosen.joined and len(paths) != 1:
        raise _Refused(f"--joined writes one layer of yours, and {len(paths)} are named; name one.")
    if chosen.joined:
        _form(chosen.joined)
    status = _map_beside(chosen, paths) if paths else _write(chosen, chosen.out, export.FORMATS["html"])
    if chosen.open:
        webbrowser.open(chosen.out.resolve().as_uri())
    return status


def _map_beside(chosen: argparse.Namespace, paths: list[Path]) -> int:
    """The map with layers of the reader's own, what was found in each, and what the selection shows of it."""
    loaded = dsr_geo.load(chosen.named)
    wanted = _wanted(_query(chosen.selection), loaded)
    about = {name: getattr(chosen, name) for name in ("layer", "crs", "encoding", "swap")}
    mine = []
    for path in paths:
        mine.append(own.own_layer(loaded, path, **about))
        print(f"{path}:", *mine[-1].lines, sep="\n  ")
    status = _write(chosen, chosen.out, export.FORMATS["html"], loaded=loaded, mine=mine)
    print(*(layer.sentence(loaded, wanted) for layer in mine), sep="\n")
    if chosen.joined:
        files.write(chosen.joined, _form(chosen.joined).own(mine[0], loaded, wanted))
        print(chosen.joined)
    return status


def _form(path: Path) -> export.Format:
    """The format that a file's ending names."""
    ending = path.suffix.removeprefix(".").lower()
    if ending not in export.FORMATS:
        endings = ", ".join(f".{each}" for each in export.FORMATS)
        raise _Refused(f"'{path}' ends in none of {endings}; give it one of these.")
    return export.FORMATS[ending]


def _things(given: list[str]) -> tuple[list[Path], str]:
    """Files and the selection among what was named: a selection has an equals sign or a question mark, or is empty."""
    paths = [Path(text) for text in given if text and _is_file(text)]
    selections = [text for text in given if not (text and _is_file(text))]
    if missing := [path for path in paths if not path.is_file()]:
        raise _Refused(f"'{missing[0]}' is not there; name a file that is.")
    if len(selections) > 1:
        raise _Refused(
            f"'{selections[0]}' and '{selections[1]}' are two selections; name one, or write & between."
        )
    return paths, "".join(selections)


def _is_file(text: str) -> bool:
    try:
        there = Path(text).is_file()
    except (OSError, ValueError):
        there = False
    plain = not any(sign in text for sign in "=?&")
    return there or (plain and Path(text).suffix.lower().removeprefix(".") in (*upload.ENDINGS, "shp", "xls"))


def _write(
    chosen: argparse.Namespace,
    path: Path,
    form: export.Format,
    polygons: bool = False,
    loaded: Atlas | None = None,
    mine: Sequence[own.OwnLayer] = (),
) -> int:
    if not path.parent.is_dir() or path.is_dir():
        raise _Refused(f"'{path}' cannot be written; name a file in a folder that exists.")
    loaded = loaded or dsr_geo.load(chosen.named)
    query = _query(chosen.selection)
    wanted = _wanted(query, loaded)
    plain = {key: values for key, values in query.items() if key == "country_geometry"}
    how, problems = export.view(query if form.view else plain, loaded, wanted)
    how["country_geometry"] |= polygons
    files.write(path, form(loaded, wanted, own=mine, **how))
    print("".join(f"{problem}\n" for problem in problems), end="", file=sys.stderr)
    found = wanted.records(loaded)
    left_out = form.left_out(found, how["country_geometry"])
    print(f"{path}: {len(found) - left_out} records", cite.left_out(left_out), sep="; " if left_out else "")
    return 0


def _query(text: str) -> dict[str, list[str]]:
    """The query of a selection, or of a whole address, as it came from the command line."""
    text = os.fsencode(text).decode(
        "utf-8", "replace"
    )  # under a narrow encoding it arrives as bytes in disguise
    path, mark, rest = text.partition("?")
    if mark and "=" not in path:
        query = rest
    else:
        query = "" if path.startswith("/") or "://" in path.partition("=")[0] else text
    return parse_qs(query.partition("#")[0], keep_blank_values=True)


def _wanted(query: dict[str, list[str]], loaded: Atlas) -> Selection:
    """The selection of a query; one that was copied from a page about one thing holds what is shown there."""
    wanted, problems = selection.from_query(query, loaded)
    own = {key for page in PAGES.values() for key in page.keys}
    unknown = [key for key in query if key not in {*selection.KEYS, *export.VIEW_KEYS, *own}]
    problems += [f"“{key}” is no filter; use {', '.join(selection.KEYS)}." for key in unknown]
    if problems:
        raise _Refused("\n".join(names.refused(problems)))
    for page in PAGES.values():
        if page.subject and (named := [each for each in query.get(page.keys[0], []) if each]):
            only = (
                {"countries": named[:1], "groups": ()}
                if page.subject == "countries"
                else {page.subject: named[:1]}
            )
            wanted = replace(wanted, layers=wanted.layers or tuple(loaded.layers), **only)
            own.remove(page.keys[0])
    if passed_over := [key for key in query if key in own]:
        print(f"left out, as they are no filters: {', '.join(passed_over)}", file=sys.stderr)
    try:
        wanted.check(loaded)
    except names.UnknownName as error:
        raise _Refused(str(error)) from None
    return wanted


def _publish(chosen: argparse.Namespace) -> int:
    from dsr_geo import postgis  # not everybody has what it needs

    if not chosen.database:
        raise _Refused(
            "no database is named; give postgresql://user@host:port/name, or set DSR_DATABASE_URL to it."
        )
    made = postgis.publish(chosen.database, chosen.data)
    print(f"version {made.version}: {len(made.records)} records in {len(made.layers)} layers are published")
    return 0


def _serve(chosen: argparse.Namespace) -> int:
    from dsr_geo.ui import serve

    # What is wrong is said here, before a browser is opened, and not in front of a reader.
    stories.load(dsr_geo.load(chosen.named, PATIENCE))
    with socket.socket(socket.AF_INET6 if ":" in chosen.address else socket.AF_INET) as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server's own will
        try:
            free.bind((chosen.address, chosen.port))
        except OSError as error:
            where = f"port {chosen.port} of {chosen.address}"
            raise _Refused(f"{where} cannot be listened on ({error.strerror}); name another.") from None
    serve.run(chosen.named, chosen.address, chosen.port, chosen.base, chosen.headless)
    return 0


def _site(chosen: argparse.Namespace) -> int:
    number, size = site.write(dsr_geo.load(chosen.named), chosen.folder, tqdm)
    print(f"{chosen.folder}: {number} files, {size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
