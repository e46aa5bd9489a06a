"""What stands in front of Streamlit, asked of the real server: headers, compressed files, unknown pages, the policy."""

from __future__ import annotations

import gzip
import re
import socket
from http.client import HTTPConnection
from itertools import product
from urllib.parse import urlsplit

import brotli
import pytest
from anyio.from_thread import start_blocking_portal
from playwright.sync_api import expect
from waiting import becomes

from dsr_geo.ui import PAGES, front


@pytest.fixture
def ask(app):
    """Ask for a path: status, headers, body."""
    parts = urlsplit(app)
    line = HTTPConnection(parts.hostname, parts.port, timeout=60)

    def asked(path: str, method: str = "GET", **headers: str):
        line.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = line.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    yield asked
    line.close()


def policy(headers) -> dict[str, str]:
    directives = (each.strip().partition(" ") for each in headers["content-security-policy"].split(";"))
    return {name: values for name, _, values in directives}


def test_every_answer_says_what_a_browser_may_do_with_it(ask):
    pages = ["/", *(f"/{name}" for name in PAGES), "/nowhere"]
    others = [
        "/_stcore/health",
        "/_stcore/host-config",
        "/atlas/map.json",
        "/atlas/nothing",
        "/atlas/records.csv",
    ]
    for path in [*pages, *others]:
        status, headers, _ = ask(path)
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "same-origin" and "camera=()" in headers["permissions-policy"]
        assert status == (404 if path in ("/nowhere", "/atlas/nothing") else 200), path
        if path not in pages:
            continue
        said = policy(headers)
        assert said["default-src"] == "'none'" and said["object-src"] == "'none'"
        assert "unsafe-inline" not in said["script-src"] and "http" not in said["script-src"], path
        assert said["frame-ancestors"] == "'self'", path
    assert policy(ask("/?embed=true")[1])["frame-ancestors"] == "*"
    assert ask("/static/js/nothing.js")[0] == 404


@pytest.mark.parametrize(
    "path, anybody",
    [
        ("/?embed=true", True),
        ("/about?x=1&EMBED=True", True),
        ("/?embed=false&embed=true", True),
        ("/?%65mbed=tru%65", True),
        ("/own?q=embed=true", False),
        ("/?noembed=true", False),
        ("/?embed=trueish", False),
        ("/?embed=%22true%22", False),
        ("/?q=%26embed=true", False),
        ("/?embed_options=true", False),
        ("/?embed", False),
    ],
)
def test_the_embed_view_alone_may_stand_in_anybodys_frame(ask, path, anybody):
    assert policy(ask(path)[1])["frame-ancestors"] == ("*" if anybody else "'self'")


def test_what_begins_like_a_path_of_ours_is_an_unknown_page(ask):
    begins = ("/apiary", "/atlas-x", "/medialist", "/components", "/_stcorex", "/api-docs/x", "/own/x")
    for path in (
        *begins,
        "/atlas",
        "/media",
        "/component",
        "/_stcore",
        "/_stcore/nothing",
        "/_stcore/stream",
    ):
        status, headers, page = ask(path, accept_encoding="identity")
        assert status == 404 and "sha256" in policy(headers)["script-src"], path
        assert b"<title>Digital Silk Road Atlas</title>" in page, path
        assert ask(path, range="bytes=0-9")[0] == 404, path


def test_an_error_of_the_server_says_what_a_browser_may_do_with_it():
    sent = []

    async def broken(scope, receive, send):
        raise KeyError("huawei")

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/api", "query_string": b"", "headers": []}
    with start_blocking_portal() as portal, pytest.raises(KeyError):
        portal.call(front.Front(broken), scope, None, send)
    assert sent[0]["status"] == 500 and (b"x-content-type-options", b"nosniff") in sent[0]["headers"]
    assert b"huawei" not in sent[1]["body"]


def test_head_says_what_get_does(ask):
    page = ask("/", accept_encoding="identity")[2]
    paths = [re.search(rb'src="\.(/static/js/index[^"]+)"', page)[1].decode(), "/", "/about"]
    paths += ["/nowhere", "/apiary", "/favicon.png", "/static/js/nothing.js"]
    paths += ["/atlas/map.json", "/api"]
    paths += [f"{place}/nothing" for place in ("/api", "/atlas", "/media", "/component", "/_stcore")]
    names = {"content-type", "content-length", "content-encoding", "content-security-policy", "etag"}
    for path, accepted in product(paths, ("identity", "br")):
        status, told, _ = ask(path, accept_encoding=accepted)
        head, headers, body = ask(path, "HEAD", accept_encoding=accepted)
        assert (head, body) == (status, b""), path
        assert {name: headers.get(name) for name in names} == {name: told.get(name) for name in names}, path


A, B = b"// a\n" * 300, b"// b\n" * 300


def test_what_is_kept_compressed_is_kept_by_what_it_holds():
    """Two files of one size and second have one ETag, and one file may be asked for by any number of paths."""
    sent = []

    async def files(scope, receive, send):
        body = B if scope["path"].endswith("b.js") else A
        headers = [(b"content-type", b"text/javascript"), (b"etag", b'"same"')]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def send(message):
        sent.append(message.get("body"))

    asked = front.Front(files)
    paths = ("/static/a.js", "/static/b.js", "/static//a.js", "/static/./a.js", "/static/x/../b.js")
    scope = {"type": "http", "method": "GET", "query_string": b"", "headers": [(b"accept-encoding", b"br")]}
    with start_blocking_portal() as portal:
        for path in paths:
            portal.call(asked, scope | {"path": path}, None, send)
    bodies = [brotli.decompress(body) for body in sent if body]
    assert bodies == [A, B, A, A, B] and len(asked.kept) == 2


def test_streamlits_files_leave_compressed_as_the_browser_takes_them(ask):
    assert "content-encoding" not in ask("/_stcore/health", accept_encoding="gzip")[1], "it is two letters"
    _, _, page = ask("/", accept_encoding="identity")
    assert b"<title>Digital Silk Road Atlas</title>" in page
    script = re.search(rb'src="\.(/static/js/index[^"]+)"', page)[1].decode()
    for path in ("/", "/country", script):
        _, headers, plain = ask(path, accept_encoding="identity")
        assert "content-encoding" not in headers and "accept-encoding" in headers["vary"].lower()
        for accepted, coding, undo in (
            ("gzip, deflate, br", "br", brotli.decompress),
            ("br;q=0, gzip", "gzip", gzip.decompress),
            ("gzip;q=0, notgzip", None, bytes),
        ):
            _, headers, body = ask(path, accept_encoding=accepted)
            assert headers.get("content-encoding") == coding, (path, accepted)
            assert undo(body) == plain and int(headers["content-length"]) == len(body)
            assert "etag" not in headers, "one name for two representations"
    assert "immutable" in ask(script)[1]["cache-control"]
    status, _, part = ask(script, range="bytes=0-9", accept_encoding="br")
    assert status == 206 and len(part) == 10


def test_what_gets_into_a_page_does_not_run_and_asks_nobody(new_context, app):
    page, went, said = new_context().new_page(), [], []
    page.on("requestfailed", lambda request: went.append(request.failure))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{app}/about")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.evaluate("""() => {
      const put = (tag, about) => document.body.append(Object.assign(document.createElement(tag), about));
      put('script', { textContent: 'window.ran = true' });
      put('script', { src: 'https://example.org/x.js' });
      put('img', { src: 'https://example.org/x.png' });
      put('iframe', { src: 'https://example.org/' });
      document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.ran = true">');
    }""")
    kinds = (
        "inline script",
        "script 'https://example.org",
        "image 'https://example.org",
        "event handler",
        "Framing",
    )
    becomes(page, lambda: [kind for kind in kinds if not any(kind in text for text in said)], [])
    assert not page.evaluate("window.ran")
    assert set(went) == {"csp"}, "stopped before it left, not refused from elsewhere"


def test_accepted_connections_send_at_once():
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as other:
        front.send_at_once([listening, other])
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert not other.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_page_names_what_the_map_is_going_to_ask_for(ask, open_page):
    """And the map asks for nothing else before it stands there, but what only a painter's worker needs."""
    _, _, page = ask("/", accept_encoding="identity")
    links = re.findall(rb'<link rel="(?:modulepreload|preload)"[^>]* href="\.(/atlas/[^"]+)"', page)
    named = {link.decode() for link in links}
    assert "/atlas/assets/start.js" in named and len(named) > 40
    for path in sorted(named)[::9]:
        assert ask(path)[0] == 200, path
    about = ask("/about", accept_encoding="identity")[2]
    assert re.findall(rb'/atlas/[^"]*', about) == [b"/atlas/assets/links.js"]
    shown = open_page()
    asked = shown.evaluate(
        "performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)"
    )
    ours = {path for path in asked if path.startswith("/atlas/at/")}
    assert {path for path in ours if not path.endswith((".png", "worker.js"))} <= named
    assert "/atlas/files.json" in named, "which everything else waits for"
