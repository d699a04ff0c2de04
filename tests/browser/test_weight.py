"""What pages weigh, when their first content appears and whether they move while loading: a report with limits.

`pytest -s` prints the table. Seconds are printed and not judged: they depend on the machine.
"""

import time

import pytest
from site_build import HTML

from .conftest import documents

LIMIT = 1.0e6  # bytes that a page may take without mathematics, uncompressed
LIMIT_WITH_MATHEMATICS = 2.2e6
# Cumulative layout shift. All pages but one stay below 0.05; gan/images has 0.135, from code and the list of contents.
LIMIT_OF_SHIFT = 0.15
WATCH = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const e of list.getEntries()) if (!e.hadRecentInput) window.shifts.push([e.value,
    e.sources.map((s) => s.node?.nodeName + "." + (s.node?.className ?? "")).join(" ")]);
}).observe({ type: "layout-shift", buffered: true });
"""
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"


def shifts(browser, address: str) -> list:
    """Return what moves on a page besides what typesetting formulas moves: mathematics does not arrive."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.route("**/mathjax/**", lambda route: route.abort())
    page.add_init_script(WATCH)
    page.goto(address, wait_until="load")
    page.wait_for_load_state("networkidle")
    found = page.evaluate("() => window.shifts")
    context.close()
    return found


def measure(browser, address: str) -> dict[str, object]:
    """Open a page as a first visitor does, without scrolling, and return what came and what moved."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.on("requestfinished", lambda r: sizes.__setitem__(r.url, r.sizes()["responseBodySize"]))
    start = time.perf_counter()
    page.goto(address, wait_until="load")
    page.evaluate("() => window.MathJax?.startup?.promise")
    page.wait_for_load_state("networkidle")
    result = {
        "mathematics": sum(size for url, size in sizes.items() if "/mathjax/" in url),
        "rest": sum(size for url, size in sizes.items() if "/mathjax/" not in url),
        "largest": sorted(((size, url.rsplit("/", 1)[1]) for url, size in sizes.items()), reverse=True)[:6],
        "paint": page.evaluate(PAINT) / 1000,
        "whole": time.perf_counter() - start,
        "shifts": shifts(browser, address),
    }
    context.close()
    return result


def chosen(names: list[str]) -> list[str]:
    """Return the pages to open: those that belong to no chapter, and of each chapter the two of the most HTML."""
    folders: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda name: -(HTML / f"{name}.html").stat().st_size):
        folders.setdefault(name.rpartition("/")[0], []).append(name)
    return [name for folder, found in folders.items() for name in (found if folder == "book" else found[:2])]


@pytest.fixture(scope="module")
def measured(browser, origin: str) -> dict[str, dict[str, object]]:
    """Measure each chosen page once and print the table."""
    found = {document: measure(browser, f"{origin}/{document}.html") for document in chosen(documents())}
    print(f"\n{'page':38}{'page MB':>9}{'math MB':>9}{'first content s':>17}{'settled s':>11}{'shift':>8}")
    for document, row in found.items():
        shift = sum(value for value, _ in row["shifts"])
        sizes = f"{row['rest'] / 1e6:9.2f}{row['mathematics'] / 1e6:9.2f}"
        print(f"{document:38}{sizes}{row['paint']:17.2f}{row['whole']:11.2f}{shift:8.3f}")
    return found


def test_pages_are_light(measured: dict[str, dict[str, object]]) -> None:
    heavy = {name: row["largest"] for name, row in measured.items() if row["rest"] > LIMIT}
    assert heavy == {}
    whole = {name: row["rest"] + row["mathematics"] for name, row in measured.items()}
    assert {name: size for name, size in whole.items() if size > LIMIT_WITH_MATHEMATICS} == {}


def test_nothing_jumps_because_of_a_figure(measured: dict[str, dict[str, object]]) -> None:
    shift = {name: sum(value for value, _ in row["shifts"]) for name, row in measured.items()}
    jumping = {name: measured[name]["shifts"] for name, value in shift.items() if value > LIMIT_OF_SHIFT}
    assert jumping == {}


def test_a_picture_without_a_reserved_place_is_noticed(browser, origin: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(f"{origin}/book/how_to_use.html", wait_until="load")
    before = sum(value for value, _ in page.evaluate("() => window.shifts"))
    page.evaluate(
        """() => new Promise((done) => {
            const box = document.createElement('div');
            box.style.height = '300px';
            document.querySelector('article h1').before(box);
            requestAnimationFrame(() => setTimeout(done, 200));
        })"""
    )
    assert sum(value for value, _ in page.evaluate("() => window.shifts")) > before + 0.05
    context.close()
