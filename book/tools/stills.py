"""Take the pictures that stand in for the live figures where no script runs: book/live/stills/*.png.

Usage: python book/tools/stills.py      (needs Chromium; its path may stand in the variable CHROMIUM)
"""

import functools
import http.server
import os
import shutil
import threading
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, sync_playwright

LIVE = Path(__file__).parents[1] / "live"
PAGE = """<!doctype html><html data-theme="light"><meta charset="utf-8">
<style>body {{ margin: 0; width: 780px; font-family: sans-serif; }}
.still :is(.live-row, .live-d) {{ display: none; }}</style><body>{}
<script type="module" src="live.mjs"></script>"""


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve the figures and one page that holds all of them."""

    extensions_map = {  # noqa: RUF012  (the base class declares it so)
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
    }

    def do_GET(self) -> None:
        """Answer the root with the page, everything else with a file."""
        if self.path != "/":
            return super().do_GET()
        figures = (f'<div data-live="{path.stem}"></div>' for path in sorted((LIVE / "figures").glob("*.mjs")))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE.format("".join(figures)).encode())

    def log_message(self, *arguments: object) -> None:
        """Write nothing for a request."""


def bring_on(figure: Locator) -> None:
    """Press what shows the most of a figure."""
    for pixel in figure.locator(".live-pixel").all()[:4]:
        pixel.click()
    for name, times in (
        ("Check my guess", 1),
        ("Step", 15),
        ("Play", 1),
        ("abracadabra", 1),
        ("60 pushes", 1),
        ("500 rounds", 2),
        ("Run 500 steps", 1),
        ("40 steps", 1),
        ("Denoise", 1),
    ):
        for found in figure.get_by_role("button", name=name).all():
            for _ in range(times):
                found.click()


def main() -> None:
    """Start every figure, bring it to its best state and take its picture."""
    (LIVE / "stills").mkdir(exist_ok=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(LIVE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 780, "height": 1000}, reduced_motion="reduce")
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/")
        for host in page.locator("[data-live]").all():
            host.scroll_into_view_if_needed()
            host.locator(".live").wait_for()
            page.wait_for_timeout(500)
            bring_on(host)
            page.wait_for_timeout(500)  # for a model that is fetched at the first press
            host.evaluate("node => node.classList.add('still')")  # without the controls, which would seem alive
            name = host.get_attribute("data-live")
            shot = Image.open(BytesIO(host.locator(".live-panels").screenshot()))
            shot.convert("RGB").quantize(128).save(LIVE / "stills" / f"{name}.png", optimize=True)
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
