"""A real Chromium, the site served at the root and under a sub-path, and pages that may call no other host."""

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from site_build import HTML, ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SUB_PATH = "/a/sub-path"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_browser() -> str | None:
    """Return the path of an installed Chromium: the variable CHROMIUM, else the first known name on the path."""
    return os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium once; without one the tests are skipped, or fail where CI=true."""
    path = find_browser()
    if path is None:
        message = "no browser: install Chromium, or set CHROMIUM to its path"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield instance
        instance.close()


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve the site at the root and under the sub-path."""

    extensions_map = {  # noqa: RUF012  (the base class declares it so)
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def translate_path(self, path: str) -> str:
        return super().translate_path(path.removeprefix(SUB_PATH))

    def log_message(self, *arguments: object) -> None:
        """Write nothing for a request."""


@pytest.fixture(scope="session")
def origin() -> Iterator[str]:
    """Build the site if an input has changed and serve it; the value is its address without a closing slash."""
    run = subprocess.run(
        [sys.executable, "book/tools/site_build.py"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
    handler = functools.partial(Handler, directory=str(HTML))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@dataclass
class Visit:
    """A page that is open in the browser, and what it did that it should not do."""

    page: Page
    faults: list[str] = field(default_factory=list)


@pytest.fixture
def visit(browser: Browser, origin: str):
    """Open an address of the site: `with visit("/book/index.html") as opened: ...`; other hosts are out of reach."""

    @contextmanager
    def opened(path: str, width: int = 1280, **options: object) -> Iterator[Visit]:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        result = Visit(context.new_page())

        def guard(route: Route) -> None:
            address = route.request.url
            if address.startswith((origin, "data:", "blob:")):
                route.continue_()
            else:
                result.faults.append(f"request to another host: {address}")
                route.abort()

        context.route("**/*", guard)
        result.page.on("pageerror", lambda error: result.faults.append(f"error: {error}"))
        result.page.on(
            "console", lambda m: result.faults.append(f"console: {m.text}") if m.type in ("error", "warning") else None
        )
        result.page.on("response", lambda r: result.faults.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
        result.page.goto(origin + path, wait_until="load")
        settle(result.page)
        yield result
        context.close()

    return opened


def settle(page: Page) -> None:
    """Wait until the mathematics is typeset and each live figure that starts by itself has started."""
    page.evaluate("() => window.MathJax?.startup?.promise")
    for figure in page.locator("[data-live]:not([data-start=click])").all():
        figure.scroll_into_view_if_needed()
        expect(figure).to_have_attribute("data-state", "live")


def documents() -> list[str]:
    """Return the pages that the table of contents names, without their endings."""
    import yaml

    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    found = [toc["root"]]

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if "file" in node:
                found.append(str(Path(node["file"]).with_suffix("")))
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(toc["parts"])
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "document" in metafunc.fixturenames:
        metafunc.parametrize("document", documents())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
