"""A page that holds live figures and nothing else, served from a temporary folder under a sub-path."""

import functools
import http.server
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from site_build import ROOT, npm_install

from .conftest import Handler

PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}"><head><meta charset="utf-8"><title>Figures</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>body {{ margin: 8px; }} html[data-theme="dark"] body {{ background: #14181e; color: #e7ecf2; }}</style></head>
<body><main><h1>Figures</h1>{body}</main>
<script type="module" src="_static/live/live.mjs"></script></body></html>"""


def figure_html(name: str, attributes: str = "") -> str:
    """Return the div of a figure with a fallback inside."""
    return f'<div data-live="{name}" {attributes}><p class="fallback">A picture of {name}</p></div>'


@dataclass
class Opened:
    """The page, and everything that it complained about."""

    page: Page
    faults: list[str] = field(default_factory=list)

    def figure(self, name: str) -> Locator:
        """Return the figure, once it has started."""
        host = self.page.locator(f"[data-live={name}]")
        host.scroll_into_view_if_needed()
        expect(host).to_have_attribute("data-state", "live")
        return host


def slider_value(figure: Locator, name: str) -> float:
    """Return where the slider of that name stands."""
    return float(figure.get_by_role("slider", name=name).get_attribute("aria-valuenow"))


def middle(node: Locator) -> tuple[float, float]:
    """Return the pixel in the middle of `node`."""
    box = node.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(node: Locator, right: float) -> None:
    """Press the mouse on the middle of `node`, move it so many pixels to the right and let go."""
    mouse, (x, y) = node.page.mouse, middle(node)
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + right, y, steps=5)
    mouse.up()


def swipe(node: Locator, right: float) -> None:
    """Put a finger on the middle of `node`, move it so many pixels to the right in two steps and lift it."""
    x, y = middle(node)
    session = node.page.context.new_cdp_session(node.page)
    for kind, to in (("touchStart", x), ("touchMove", x + right / 2), ("touchMove", x + right), ("touchEnd", None)):
        points = [] if to is None else [{"x": to, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@pytest.fixture
def live(browser: Browser, tmp_path: Path) -> Iterator[Callable]:
    """Open a page with the given body: `with live(figure_html("made-masks")) as opened: ...`."""
    folder = tmp_path / "some" / "book"
    shutil.copytree(ROOT / "book" / "live", folder / "_static" / "live")
    handler = functools.partial(Handler, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_address[1]}"

    @contextmanager
    def opened(body: str, theme: str = "light", width: int = 1000, **options: object) -> Iterator[Opened]:
        (folder / "index.html").write_text(PAGE.format(theme=theme, body=body), encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        result = Opened(context.new_page())
        result.page.on("pageerror", lambda error: result.faults.append(str(error)))
        result.page.on("console", lambda m: result.faults.append(m.text) if m.type in ("error", "warning") else None)
        result.page.goto(f"{origin}/some/book/index.html")
        yield result
        context.close()

    yield opened
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def axe_violations() -> Callable[[Page], list[str]]:
    """A function that returns one line for every accessibility fault of a page."""
    npm_install(development=True)
    source = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")

    def check(page: Page) -> list[str]:
        page.evaluate(source)
        found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")["violations"]
        return [f"{rule['id']}: {node['target']} {node['html'][:120]}" for rule in found for node in rule["nodes"]]

    return check
