"""What one reader can ask of the atlas, and many at once: bounds with a sentence beyond each, and turns."""

from __future__ import annotations

import asyncio
import threading
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.scriptrunner import RerunException, StopException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.testing.v1 import AppTest

from dsr_geo import Selection, export, from_query, masks, search, spelling
from dsr_geo.selection import MOST_VALUES, unread
from dsr_geo.spelling import fold
from dsr_geo.ui import MAIN, readers, turns
from dsr_geo.ui.messages import Messages, is_answered
from dsr_geo.ui.parts import record_table

ROOT = Path(__file__).resolve().parent.parent


def counted(monkeypatch, module, name):
    """Count the calls of a function."""
    calls, own = [], getattr(module, name)
    monkeypatch.setattr(module, name, lambda *args: (calls.append(args[1:]), own(*args))[1])
    return calls


@pytest.mark.parametrize(
    "text",
    ["an " * 20_000, "x" * 100_000, "\ufdfa" * 10_000, "e\u0301" * 17_000, "a-b.c/" * 999, "\ufdfa " * 200],
)
def test_a_search_beyond_its_bounds_is_cut_and_said_to_be(atlas, text):
    chosen, problems = from_query({"q": [text]}, atlas)
    assert 0 < len(fold(chosen.text).split()) <= search.MOST_WORDS and len(chosen.text) <= search.MOST_LETTERS
    assert problems == ["A search has up to 24 words and 300 letters; what follows was left out."]
    chosen.mask(atlas)


def test_a_search_within_its_bounds_is_left_alone(atlas):
    text = " ".join(f"word{number}" for number in range(search.MOST_WORDS))
    assert from_query({"q": [f"  {text}  "]}, atlas) == (Selection(text=text), [])


def test_many_values_that_nobody_knows_are_counted(atlas):
    many = [f"{'x' * 5_000}{number}" for number in range(9_000)]
    for key in ("layer", "country", "only", "years", "undated"):
        _, problems = from_query({key: many}, atlas)
        assert 1 <= len(problems) <= 4 and all(len(problem) < 400 for problem in problems)
        assert any("8,99" in problem for problem in problems), problems
    problems = unread(dict.fromkeys(many, ["y" * 5_000]), ["layer"])
    assert len(problems) == 4 and all(len(problem) < 400 for problem in problems)
    assert problems[-1] == "8,997 more keys of the link are not known; they were left out."


def test_one_value_asked_for_a_thousand_times_is_one(atlas):
    assert from_query({"group": ["union"] * 1_000}, atlas) == (Selection(groups=("union",)), [])


def test_a_filter_takes_so_many_values_from_a_link(published):
    chosen, problems = from_query({"only": list(published.records.index)}, published)
    assert len(chosen.ids) == MOST_VALUES
    assert problems == [
        f"The link asks for {len(published.records):,} values of only, more than {MOST_VALUES}; the first were taken."
    ]


def test_why_nothing_is_found_is_found_by_looking_each_filter_up_once(published, monkeypatch):
    """The dearest address: all filters, all groups, and as many words as there may be, none of which is found."""
    words = [f"zz{number}" for number in range(search.MOST_WORDS)]
    chosen = Selection(
        layers=("satellites",), countries=("KAZ",), groups=tuple(published.countries.groups.index),
        years=(1998, 1999), kinds=("cloud_region",), actors=("huawei",), actor_types=("government",),
        roles=("lender",), statuses=("cancelled",), evidence=("disputed",), precisions=("exact",),
        text=" ".join(words), undated=False,
    )  # fmt: skip
    masks._KEPT.pop(published, None)
    looked_up, places = counted(monkeypatch, search, "_having"), counted(monkeypatch, masks, "in_place")
    assert chosen.emptied_by(published)
    assert len(looked_up) <= len(words)  # once each, however many sets of filters are tried
    assert len(places) <= 8  # countries, groups and years, each as set or cleared
    chosen.mask(published)
    assert len(places) <= 8


def test_words_that_come_again_are_looked_for_once(published, monkeypatch):
    looked_up = counted(monkeypatch, search, "_having")
    search.having(published, "huawei cloud huawei cloud huawei")
    assert len(looked_up) == 2


def test_what_is_kept_has_bounds_in_bytes(published):
    Selection().mask(published)
    assert masks._KEPT[published].cache_info().maxsize * len(published.records) <= masks._BYTES
    assert spelling._word.cache_info().maxsize
    fold("".join(map(chr, range(0x20000, 0x20100))))
    assert all(code < 0x10000 for code in spelling._APART)
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["maxCacheDataSize"] == "32mb" and config["server"]["maxWidgetStateSize"] == 1
    assert config["server"]["fileWatcherType"] == "none" and config["runner"]["fastReruns"] is False
    assert (
        config["global"]["maxCachedMessageAge"] >= 20
    )  # with 2, twenty times Back and Forward lost the line


def test_the_table_under_the_map_is_made_once_for_all_readers(published, monkeypatch):
    record_table._whole.clear()
    made = counted(monkeypatch, export, "table")
    for query in ({}, {"group": "gcc"}, {"q": "huawei"}):
        page = AppTest.from_file(str(MAIN), default_timeout=300)
        for key, value in query.items():
            page.query_params[key] = value
        page.session_state["table-open"] = True
        page.run()
        chosen, _ = from_query({key: [value] for key, value in query.items()}, published)
        assert not page.exception
        assert list(page.dataframe[0].value.index) == list(chosen.records(published).index)
    assert len(made) == 1


def test_what_no_widget_offers_is_left_out_with_a_sentence():
    page = AppTest.from_file(str(MAIN), default_timeout=300).run()
    page.session_state["kinds"] = ["cloud_region", "a kind of made-up things"]
    page.session_state["text"] = "x " * 500
    page.run()
    assert not page.exception and page.session_state["kinds"] == ["cloud_region"]
    assert len(page.session_state["text"].split()) == search.MOST_WORDS
    assert ["made" in each.value or "300 letters" in each.value for each in page.warning] == [True, True]


def test_readers_take_places_in_the_order_of_their_tickets():
    line, order, inside, most = turns.Line(2), [], [], []
    gate = threading.Event()

    def run(ticket):
        with line.place(ticket):
            inside.append(ticket)
            most.append(len(inside))
            order.append(ticket)
            gate.wait(30)
            inside.remove(ticket)

    threads = []
    for ticket in (1, 2, 5, 3, 3, 4):
        threads.append(threading.Thread(target=run, args=(ticket,)))
        threads[-1].start()
        while len(line._waiting) + len(inside) < len(threads):
            pass
    gate.set()
    for thread in threads:
        thread.join(30)
    assert sorted(order[:2]) == [1, 2] and max(most) == 2 and line._free == 2 and not line._waiting
    assert sorted(order) == [1, 2, 3, 3, 4, 5]


@pytest.mark.parametrize("end", [RerunException(RerunData()), StopException(), KeyError("huawei"), None])
def test_a_place_is_free_again_however_a_run_ends(end):
    free = turns._RUNS._free
    try:
        with turns.turn():
            assert turns._RUNS._free == free - 1
            if end:
                raise end
    except (RerunException, StopException, KeyError):
        pass
    assert turns._RUNS._free == free


def test_who_waits_for_a_file_lets_others_have_the_place():
    free = turns._RUNS._free
    with turns.turn():
        with pytest.raises(KeyError), turns.away():
            assert turns._RUNS._free == free
            raise KeyError("huawei")
        assert turns._RUNS._free == free - 1
    assert turns._RUNS._free == free


def test_an_act_that_overtakes_its_readers_own_run_keeps_the_place_in_line(monkeypatch):
    """Streamlit ends the overtaken run where it asks for the ticket; the next run of the session finds it there."""

    class State(dict):
        overtaken = True

        def pop(self, *args):
            if self.overtaken:
                raise RerunException(RerunData())
            return super().pop(*args)

    monkeypatch.setattr(turns.st, "session_state", state := State())
    with pytest.raises(RerunException), turns.turn():
        raise AssertionError("a run that was overtaken draws nothing")
    ticket, state.overtaken = state["ticket"], False
    next(turns._TICKETS)  # somebody else comes meanwhile
    taken = []
    monkeypatch.setattr(
        turns._RUNS, "place", lambda each, own=turns._RUNS.place: (taken.append(each), own(each))[1]
    )
    with turns.turn():
        assert taken == [ticket] and not state


def test_a_reader_that_there_is_no_room_for_gets_a_sentence(monkeypatch):
    here = AppTest.from_file(str(MAIN), default_timeout=300).run()
    monkeypatch.setattr(readers, "MOST", 0)
    page = AppTest.from_file(str(MAIN), default_timeout=300).run()
    assert not page.exception and not page.title
    assert [each.value.split(".")[0] for each in page.warning] == [
        "The atlas has as many readers as it can answer at once (0)"
    ]
    here.run()
    assert not here.warning and here.title


def message(**fields):
    made = BackMsg()
    for name, value in fields.items():
        part = getattr(made, name) if not isinstance(value, bool) else None
        part.SetInParent() if part is not None else setattr(made, name, value)
    return made


def operation(name):
    made = BackMsg()
    getattr(made.backend_operation_request, name).SetInParent()
    return made


REFUSED = [
    message(clear_cache=True), message(set_run_on_save=True), message(load_git_info=True),
    message(debug_shutdown_runtime=True), message(debug_disconnect_websocket=True),
    operation("install_skills"), operation("dismiss_skills_nudge"), BackMsg(),
]  # fmt: skip
HEARD = [
    message(rerun_script=None), message(stop_script=True), message(app_heartbeat=True),
    message(file_urls_request=None), operation("deferred_file"), operation("dataframe_chunk"),
]  # fmt: skip


def test_messages_for_the_person_at_the_server_are_passed_over():
    """Among them `clear_cache`, which would empty the caches of all readers."""
    assert not any(is_answered(each.SerializeToString()) for each in REFUSED)
    assert all(is_answered(each.SerializeToString()) for each in HEARD)
    assert is_answered(b"\xff\xff no message")  # Streamlit closes the line at that


def test_every_kind_of_message_that_streamlit_knows_was_thought_of():
    """A new one is refused until somebody has looked at what it does."""
    kinds = {field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
    assert kinds == {each.WhichOneof("type") for each in [*REFUSED, *HEARD] if each.WhichOneof("type")}


def test_the_app_hears_only_what_is_answered():
    sent = [each.SerializeToString() for each in (REFUSED[0], HEARD[0], REFUSED[1])]
    incoming = [
        {"type": "websocket.connect"},
        *({"type": "websocket.receive", "bytes": each} for each in sent),
    ]
    incoming += [
        {"type": "websocket.receive", "bytes": None, "text": "text"},
        {"type": "websocket.disconnect"},
    ]
    left, heard = iter(incoming), []

    async def receive():
        return next(left)

    async def app(scope, receive, send):
        while not heard or heard[-1]["type"] != "websocket.disconnect":
            heard.append(await receive())

    with ThreadPoolExecutor(1) as apart:  # a test of the browser may have left a loop running here
        apart.submit(asyncio.run, Messages(app)({"type": "websocket", "headers": []}, receive, None)).result(
            60
        )
    assert heard == [incoming[0], incoming[2], *incoming[4:]]


def test_the_dearest_link_opens(published):
    link = "q=" + "+".join(["a", "e", "i", "o"] * 250) + "".join(f"&layer=x{i}&k{i}=1" for i in range(300))
    chosen, problems = from_query(parse_qs(link), published)
    assert len(problems) <= 5 and len(chosen.text.split()) == search.MOST_WORDS
