"""Text reaches Markdown, HTML and templates through one door each; here a new call that goes round fails.

`test_hostile.py` looks at what pages show of an atlas full of markup. This looks at the calls themselves, also at those
that no atlas and no address of a test gets to.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import altair as alt
import pandas as pd
import pytest
import vl_convert

import dsr_geo
from dsr_geo.ui.parts.charts import encodings, frame

HERE = Path(dsr_geo.__file__).parent
UI = {path.relative_to(HERE / "ui").as_posix(): path for path in sorted((HERE / "ui").rglob("*.py"))}

MARKUP = {
    *("badge", "caption", "error", "expander", "header", "html", "info", "latex", "markdown", "metric", "popover"),
    *("spinner", "status", "subheader", "success", "title", "toast", "warning", "write", "tabs"),
    *("button", "checkbox", "download_button", "file_uploader", "form_submit_button", "link_button", "number_input"),
    *("multiselect", "page_link", "pills", "radio", "segmented_control", "select_slider", "selectbox", "slider"),
    *("text_area", "text_input", "toggle"),
}  # fmt: skip
"""Methods of Streamlit whose first text, label or help is Markdown or HTML."""

DOORS = {"plain", "to", "escape", "quote", "urlencode", "len", "sum", "int", "float", "round", "bool"}
"""What makes text of data fit for there, and what gives a number."""

MADE = {"menu.title", "lists.event", "lists.sources", "lists.rankings", "cite.left_out", "readers.refusal"}
"""Functions of other files that see to it: what they are given, or give, went through a door there."""

OURS: dict[str, set[str]] = {
    "*": {"atlas.version", "atlas.checked", "form.title", "first", "last", "year", "upto"},
    "pages/about.py": {"words(grade)"},
    "pages/compare.py": {"_SLOTS.index(slot) + 1"},
    "pages/country.py": {"_facts(atlas, iso3)", "row.since", "row.until", "path.note", "unplaced"},
    "pages/timeline.py": {
        "missing",
        "span",
        "totals.loc[upto].sum()",
        "counts.to_numpy().sum()",
        "counts.loc[years[0]:upto].to_numpy().sum()",
    },
    "parts/card.py": {
        "_when(record)",
        "words(record['evidence'])",
        "words(record['status'])",
        "declared.title",
    },
    "parts/charts/frame.py": {"note"},  # of `show`, whose callers are looked at
}
"""File → expressions in it that are numbers, codes or words of ours."""

_SAME = (
    "join",
    "replace",
    "removesuffix",
    "removeprefix",
    "strip",
    "rstrip",
    "lower",
    "upper",
    "format",
    "items",
)
"""Methods whose result is fit where the text and the arguments are."""


class Calls:
    """What a file hands to Streamlit as Markdown or HTML: expressions, and whether each is fit for that."""

    def __init__(self, name: str):
        self.ours = OURS["*"] | OURS.get(name, set())
        self.tree = ast.parse(UI[name].read_text(encoding="utf-8"))
        self.parent = {inner: node for node in ast.walk(self.tree) for inner in ast.iter_child_nodes(node)}
        self.functions = {
            node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)
        }
        self.asked: set[object] = set()

    def unfit(self) -> list[str]:
        """The expressions that text of data may get through, with their lines."""
        return [
            f"line {call.lineno}, {call.func.attr}: {ast.unparse(given)}"
            for call in ast.walk(self.tree)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
            for given in self.given(call, call.func.attr)
            if ast.unparse(call.func) not in MADE and not self.is_fit(given)
        ]

    def given(self, call: ast.Call, name: str) -> list[ast.expr]:
        if name not in MARKUP and ast.unparse(call.func) != "charts.show":
            return []
        first = {"page_link": call.args[1:2], "show": call.args[6:7]}.get(name, call.args[:1])
        return first + [each.value for each in call.keywords if each.arg in ("label", "help", "body", "note")]

    def within(self, node: ast.AST) -> ast.AST:
        """The function round a node, or the file."""
        while not isinstance(node := self.parent[node], ast.FunctionDef | ast.Lambda | ast.Module):
            pass
        return node

    def is_fit(self, node: ast.expr) -> bool:
        """Whether no text of data gets through an expression but by a door."""
        self.asked.clear()  # what leads back to itself adds nothing
        return self.fit(node)

    def fit(self, node: ast.expr) -> bool:
        if ast.unparse(node) in self.ours:
            return True
        match node:
            case ast.Constant() | ast.Compare():
                return True
            case ast.Name(id=name) | ast.Attribute(attr=name) if name.isupper():
                return True  # a constant of ours
            case ast.Subscript(value=whole):
                return self.fit(whole)
            case ast.FormattedValue(value=value, format_spec=form):
                return self.fit(value) or (form is not None and bool(re.search("[,.%+]", ast.unparse(form))))
            case ast.Call(func=ast.Name(id=name)) if name in DOORS:
                return True
            case ast.Call(func=ast.Name(id=name)) if name in self.functions:
                function = self.functions[name]
                if function in self.asked:
                    return True
                self.asked.add(function)
                ends = [end.value for end in ast.walk(function) if isinstance(end, ast.Return)]
                return all(end is not None and self.fit(end) for end in ends)
            case ast.Call(func=ast.Attribute(value=text, attr=name), args=args) if name in _SAME:
                return self.fit(text) and all(map(self.fit, args))
            case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[_, *usual]):
                return self.fit(table) and all(map(self.fit, usual))
            case ast.Call(func=ast.Name(id="filter" | "sorted"), args=[*_, each]):
                return self.fit(each)
            case ast.Call(func=function) if ast.unparse(function) in MADE:
                return True
            case ast.Name(id=name):
                return self.bound(name, self.within(node))
            case ast.IfExp(body=one, orelse=other):
                return self.fit(one) and self.fit(other)
            case ast.ListComp(elt=each) | ast.GeneratorExp(elt=each):
                return self.fit(each)
            case (
                ast.JoinedStr()
                | ast.BinOp()
                | ast.BoolOp()
                | ast.List()
                | ast.Tuple()
                | ast.Starred()
                | ast.Dict()
            ):
                return all(
                    self.fit(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)
                )
        return False

    def bound(self, name: str, where: ast.AST) -> bool:
        """Whether all that a name stands for is fit: what is assigned to it, or what it goes through."""
        if (name, where) in self.asked:
            return True
        self.asked.add((name, where))
        found = []
        for node in ast.walk(where):
            match node:
                case ast.Assign(targets=targets, value=value):
                    found += [value for target in targets if name in _names(target)]
                case ast.Call(func=ast.Attribute(value=ast.Name(id=id), attr="append"), args=args) if (
                    id == name
                ):
                    found += args
                case (
                    ast.AnnAssign(target=target, value=value)
                    | ast.AugAssign(target=target, value=value)
                    | ast.NamedExpr(target=target, value=value)
                ):
                    found += [value] if name in _names(target) else []
                case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                    found += [value] if name in _names(target) else []
        if found or where is self.tree:
            return bool(found) and all(value is not None and self.fit(value) for value in found)
        given = {each.arg for each in ast.walk(where.args) if isinstance(each, ast.arg)}
        if name in given:
            return False
        return self.bound(name, self.within(where))


def _names(target: ast.AST) -> set[str]:
    """The names that a target gives something to."""
    if isinstance(target, ast.Subscript | ast.Attribute | ast.Starred):
        return _names(target.value)
    parts = target.elts if isinstance(target, ast.Tuple | ast.List) else []
    return {target.id} if isinstance(target, ast.Name) else set().union(*map(_names, parts))


@pytest.mark.parametrize("name", UI)
def test_what_pages_hand_over_as_markup_went_through_a_door(name):
    assert Calls(name).unfit() == []


SINKS = re.compile(
    r"(?:\b(?:innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|srcdoc|document.write)"
    r"|\bparseFromString"
    r"|\b(?:bindTooltip|bindPopup|setContent|addAttribution|setPrefix|openTooltip|openPopup)(?=\()"
    r"|\bhtml(?=:)|\beval(?=\()|\bnew Function)\b[^;\n]{0,28}"
)
"""Where the browser, or Leaflet, makes elements or a program of a text."""

LOOKED_AT = {
    "atlas-map.js": ['addAttribution("Natural Earth · GeoNames ·'],
    "folium.js": [
        "innerHTML = given.trim()",  # folium's own words, which are not the atlas'
        'innerHTML = `<svg viewBox="0 0 32 42"',
        'html: box, className: "atlas-pin',
    ],
    "parts/badges.js": ['html: box, className: "atlas-bad', "innerHTML = symbolSvg(layers[0].symbo"],
    "parts/clusters.js": ['html: button, className: "atlas-'],
    "parts/controls.js": ["innerHTML: svg(ICONS[icon]), onclick "],
    "parts/landings.js": ['bindTooltip(() => make("div", "", `Land'],
    "parts/legend.js": ["innerHTML = symbolSvg(layer.symbol, l"],
    "parts/list.js": ["innerHTML = symbolSvg(layer.symbol, l", "setContent(box).openOn(map)"],
    "parts/pointer.js": ["setContent(label(record, named))"],
    "parts/search.js": ["innerHTML = symbolSvg(layer.symbol, l"],
}
"""File of the map → what it hands over there: elements, and pictures of the catalogue's closed vocabulary."""


def test_the_map_makes_elements_of_no_text():
    """A new place is refused until somebody has looked at what gets there."""
    scripts = HERE / "webmap" / "js"
    found = {
        path.relative_to(scripts).as_posix(): SINKS.findall(path.read_text(encoding="utf-8"))
        for path in sorted(scripts.rglob("*.js"))
    }
    assert {name: texts for name, texts in found.items() if texts} == LOOKED_AT


UNESCAPED = {"site/templates/base.html": ["style | safe"]}
"""Template → what it does not escape: our own style sheet."""


def test_templates_escape_what_they_are_given():
    """Environments escape (`autoescape=True`); a template switches that off nowhere, but for `UNESCAPED`."""
    templates = sorted(HERE.rglob("templates/*.html"))
    assert len(templates) > 15
    for path in templates:
        text, name = path.read_text(encoding="utf-8"), path.relative_to(HERE).as_posix()
        assert re.findall(r"[\w.]+ ?\| ?safe\b", text) == UNESCAPED.get(name, []), name
        assert not re.search(
            r"autoescape|Markup|\|\s*(?:forceescape|xmlattr|urlize)|\s[\w-]+\s*=\s*\{\{", text
        ), name
        for script in re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL):
            assert not script or re.fullmatch(r"\{\{ \w+ \| tojson \}\}", script), name
    for path in sorted(HERE.rglob("*.py")):
        text, name = path.read_text(encoding="utf-8"), path.relative_to(HERE).as_posix()
        assert text.count(" Environment(") == len(re.findall(r"autoescape=True", text)), name
        assert "Markup(" not in text and "markupsafe" not in text, name


TABLES = {
    "api/ogc.py": [".to_csv("],  # of tables in which `atlas.load` lets nothing begin like a formula
    "build/country_names.py": ["csv.writer("],
    "build/importer.py": ["csv.DictWriter("],  # tables of the data itself, which `check` judges
    "changes.py": ["csv.DictWriter("],
    "export/text.py": [".to_csv("],
    "ui/parts/charts/frame.py": [".to_csv("],
}
"""File → where it writes a table of text: for people by `records.no_formula`, so that a spreadsheet runs no cell."""


def test_tables_for_spreadsheets_are_written_where_somebody_has_looked():
    found = {
        path.relative_to(HERE).as_posix(): re.findall(r"\.to_csv\(|csv\.\w*[wW]riter\(|\.to_excel\(", text)
        for path in sorted(HERE.rglob("*.py"))
        if (text := path.read_text(encoding="utf-8"))
    }
    assert {name: calls for name, calls in found.items() if calls} == TABLES


def test_no_cell_of_a_charts_numbers_runs_in_a_spreadsheet():
    names = pd.Index(["=cmd|'/C calc'!A0", "-1 Q"], name="name")
    table = pd.DataFrame({"+Q": ["@SUM(1)", "a"], "value": [-1, 2]}, index=names)
    lines = frame._numbers(table).decode("utf-8-sig").splitlines()
    assert lines == ["name,'+Q,value", "'=cmd|'/C calc'!A0,'@SUM(1),-1", "'-1 Q,a,2"]


@pytest.mark.parametrize("words", ["Q\\", "Q \\* Q", 'a "Q" \\" Q', "'Q' \\n \\u0041", "US$ ${Q} {{Q}}"])
def test_a_charts_tooltip_has_its_words_as_they_are_written(words):
    """They become a part of a program there: a backslash at their end was the end of the chart's tooltips."""
    tips = encodings.tips(("value:Q", words, ".2f"), ("name:N", "Name"))
    chart = alt.Chart(pd.DataFrame({"value": [1.0], "name": ["a"]})).mark_point().encode(tooltip=tips)
    (mark,) = vl_convert.vegalite_to_vega(chart.to_dict())["marks"]
    program = mark["encode"]["update"]["tooltip"]["signal"]
    first = re.match(r'\{("(?:[^"\\]|\\.)*"): format\(', program)
    assert first and json.loads(first[1]) == words
