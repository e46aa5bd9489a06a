"""How many readers one process lets in, for how long nothing may be said, and whose files it takes: a real server."""

from __future__ import annotations

import asyncio
import http.client
import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from serving import free_port, served, streamlit
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.testing.v1 import AppTest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from dsr_geo.ui import MAIN, readers, uploads
from dsr_geo.ui.readers import Reader

NEAR, OTHER = "203.0.113.7", "2001:db8::7"
MANY = 3
MEGABYTE = 1024 * 1024
SMALL = f"""
from dsr_geo.ui import connections, messages, readers, uploads
readers.MOST_OF_ONE = {MANY}
messages.SILENCE, connections.PATIENCE, uploads.STILL = 8.0, 1.0, 15.0
uploads.WAITING = {2 * MEGABYTE}
from streamlit.web.cli import main
main()
"""
"""The app with bounds that a test can reach."""

CSV = b"name,lon,lat\nhere,36.8,-1.3\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """Its port. At home lies what cannot be read as Streamlit's secrets, as all there is another user's home."""
    port, home = free_port(), tmp_path_factory.mktemp("home")
    (home / ".streamlit" / "secrets.toml").mkdir(parents=True)
    command = streamlit("app.py", port, "--server.maxUploadSize=1", program=("-c", SMALL))
    with served(command, port, environment={**os.environ, "HOME": str(home)}):
        yield port


class Visitor:
    """A reader without a browser, whom a proxy on this machine announces as coming from an address."""

    def __init__(self, port: int, address: str | None = NEAR) -> None:
        self.port, self.session, self.box = port, "", ""
        self._headers = {"X-Forwarded-For": address} if address else {}

    def __enter__(self) -> Visitor:
        address = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        self._connect = connect(address, additional_headers=self._headers, max_size=None)
        self.line = self._connect.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.line.close()

    def opens(self, page: str = "about", file: str = "") -> str:
        """Open a page: what it says in boxes. file: the id of a file that was dropped in the box for it."""
        message = BackMsg()
        message.rerun_script.page_name = page
        if file:
            state = message.rerun_script.widget_states.widgets.add()
            state.id = self.box
            info = state.file_uploader_state_value.uploaded_file_info.add()
            info.file_id, info.name, info.size = file, "here.csv", len(CSV)
        self.line.send(message.SerializeToString())
        return self.hears()

    def hears(self) -> str:
        """What is said in boxes and headings until the script has run to its end."""
        said = []
        while True:
            message = ForwardMsg.FromString(self.line.recv(timeout=120))
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.session = message.new_session.initialize.session_id
            elif kind == "delta":
                element = message.delta.new_element
                if (name := element.WhichOneof("type")) in ("alert", "heading", "exception"):
                    said.append(element.alert.body or element.heading.body or element.exception.message)
                elif name == "file_uploader":
                    self.box = element.file_uploader.id
            elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return "\n".join(said).replace("\\", "")

    def begins(self, length: int, file: str = "a", **headers: str) -> http.client.HTTPConnection:
        """Begin to send a file of so many bytes."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        line.request("GET", "/_stcore/health")
        whole = line.getresponse()
        cookie = whole.headers["Set-Cookie"].partition(";")[0]
        whole.read()
        line.putrequest("PUT", f"/_stcore/upload_file/{self.session}/{file}")
        line.putheader("Cookie", cookie)
        line.putheader("X-Xsrftoken", cookie.partition("=")[2])
        for name, value in ({"Content-Length": str(length)} | headers).items():
            if value:
                line.putheader(name.replace("_", "-"), value)
        line.putheader("Content-Type", "multipart/form-data; boundary=x")
        line.endheaders()
        return line

    def brings(self, content: bytes = CSV, file: str = "a") -> tuple[int, str]:
        """Send a file: status and words of the answer."""
        head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="here.csv"\r\n\r\n'
        body = head + content + b"\r\n--x--\r\n"
        line = self.begins(len(body), file)
        line.send(body)
        return answer(line)


def answer(line: http.client.HTTPConnection) -> tuple[int, str]:
    response = line.getresponse()
    told = response.status, response.read().decode()
    line.close()
    return told


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("203.0.113.7", "203.0.113.7"), ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8::7", "2001:db8::/64"), ("2001:db8::ffff:1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"), ("192.168.1.4", "192.168.1.4"),
        # From the machine itself: its own reader, or a proxy that does not say for whom.
        ("127.0.0.1", ""), ("::1", ""), ("::ffff:127.0.0.1", ""), ("127.8.0.1", ""),
        (None, ""), ("", ""), ("unknown", ""), ("testclient", ""),
    ],
)  # fmt: skip
def test_whose_an_address_is(host, client):
    assert readers.client(host) == client


def test_one_address_does_not_take_the_room_of_all(monkeypatch):
    monkeypatch.setattr(readers, "MOST_OF_ONE", 0)
    assert not AppTest.from_file(str(MAIN), default_timeout=300).run().warning, "nobody knows whose it is"
    monkeypatch.setattr(readers, "client", lambda host: "2001:db8:ab:1::/64")
    page = AppTest.from_file(str(MAIN), default_timeout=300).run()
    assert not page.exception and not page.title
    (sentence,) = [each.value.replace("\\", "").replace("\u200b", "") for each in page.warning]
    assert "open 0 times from your address (2001:db8:ab:1::/64)" in sentence and "records.csv" in sentence


def test_an_address_has_a_part_of_the_sessions_and_others_the_rest(port):
    with ExitStack() as here:
        *mine, more = (Visitor(port) for _ in range(MANY + 1))
        assert not any("your address" in here.enter_context(each).opens() for each in mine)
        here.enter_context(more)
        assert f"open {MANY} times from your address (203.0.113.7)" in more.opens()
        assert "your address" not in here.enter_context(Visitor(port, OTHER)).opens()
        for _ in range(MANY + 1):  # of a proxy that says nothing nobody is refused
            assert "your address" not in here.enter_context(Visitor(port, None)).opens()
        for _ in range(MANY - 1):
            here.enter_context(Visitor(port))
        with pytest.raises(InvalidStatus) as refused:  # who stays all the same gets no line at last
            here.enter_context(Visitor(port))
        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["Retry-After"] == "60"
        mine[0].line.close()
        while "your address" in more.opens():
            time.sleep(0.1)


def test_a_message_that_is_too_large_is_not_waited_for(port):
    with Visitor(port, OTHER) as reader, pytest.raises(ConnectionClosed) as closed:
        reader.line.send(bytes(2 * MEGABYTE))
        reader.line.recv(timeout=60)
    assert closed.value.rcvd.code == 1009


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: atlas\r\nX-Long: "])
def test_a_request_that_does_not_come_is_not_waited_for(port, begun):
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(begun)
        assert line.recv(1) == b""


def test_a_file_is_taken_from_the_page_that_asks_for_it(port):
    with Visitor(port, OTHER) as reader:
        reader.session = "guessed"
        assert reader.brings()[0] == 404
        reader.opens("about")
        status, words = reader.brings()
        assert status == 403 and "Your layer" in words
        reader.opens("own")
        assert reader.brings() == (204, "")
        assert "here.csv" in reader.opens("own", file="a")
        # What was read is let go of, and so there is room for as much again, and again.
        for name in ("b", "c"):
            assert reader.brings(CSV + b"x" * 800_000 + b",0,0\n", name) == (204, "")
            reader.opens("own", file=name)


@pytest.mark.parametrize(
    ("length", "headers", "status", "words"),
    [
        (0, {"Content_Length": "", "Transfer_Encoding": "chunked"}, 411, "how long"),
        (5 * MEGABYTE, {}, 413, "larger than the 1 MB"),
    ],
)
def test_a_file_too_large_is_refused_before_its_first_byte_and_the_page_says_so(
    port, length, headers, status, words
):
    with Visitor(port, OTHER) as reader:
        reader.opens("own")
        told = answer(reader.begins(length, **headers))
        assert told[0] == status and words in told[1]
        assert words in reader.hears()


@pytest.mark.soak
def test_files_on_their_way_have_bounds_and_end_and_so_has_silence(port):
    with ExitStack() as here:
        silent = here.enter_context(Visitor(port, OTHER))
        reader, near, other, far = readers_there = [Visitor(port, each) for each in (NEAR, NEAR, OTHER, None)]
        for each in readers_there:
            here.enter_context(each).opens("own")
        slow = reader.begins(MEGABYTE)
        second = reader.begins(9, "b")
        assert answer(second)[0] == 429
        assert "another file" in reader.hears()
        status, words = answer(near.begins(MEGABYTE))
        assert status == 503 and "your address" in words
        also = other.begins(MEGABYTE - 2)
        status, words = answer(far.begins(MEGABYTE))
        assert status == 503 and "other readers" in words
        for line in (slow, also):  # nothing comes: they are given up, and there is room again
            assert answer(line)[0] == 408
        assert far.brings() == (204, "")
        with pytest.raises(ConnectionClosed) as closed:
            silent.line.recv(timeout=60)
        assert closed.value.rcvd.code == 1008 and "nothing was said" in closed.value.rcvd.reason
        assert "Your layer" in other.opens("own"), "who said something stays"


def test_a_file_that_nobody_reads_makes_room(monkeypatch):
    there, kept = Reader("here"), MemoryUploadedFileManager("")
    monkeypatch.setattr(uploads, "_files", lambda: kept)
    monkeypatch.setattr(readers, "of", {"here": there}.get)
    box = uploads.Uploads(None, most=100)

    async def bring(file: str) -> None:
        with box._room(there, file, 60):
            kept.add_file(there.session, UploadedFileRec(file, "x.csv", "text/csv", bytes(60)))

    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, bring("a")).result(60)
        with pytest.raises(uploads.Refused, match="still being read"):
            apart.submit(asyncio.run, bring("b")).result(60)
        monkeypatch.setattr(uploads, "KEPT", -1e-9)
        apart.submit(asyncio.run, bring("b")).result(60)
        assert [each.file for each in box._all] == ["b"] and not kept.get_files("here", ["a"])
        monkeypatch.setattr(readers, "of", {}.get)  # who leaves while a file comes leaves nothing behind
        apart.submit(asyncio.run, bring("c")).result(60)
        assert not kept.get_files("here", ["b", "c"])
