"""Every page, at the root and under a sub-path: self-contained, without errors, typeset and accessible.

One visit serves several questions, because opening a page is what takes the time.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page
from site_build import HTML, ROOT, npm_install

from .conftest import SUB_PATH

# What the theme itself does wrong and no style sheet or hook of ours can mend: rule -> part of the selector.
THEMES_OWN: dict[str, str] = {}
DARK = [
    "book/index",
    "book/notation",
    "book/register",
    "chapters/foundations/likelihood",
    "chapters/autoregressive/masks",
    "chapters/autoregressive/pixels",
    "chapters/vae/elbo",
    "chapters/ebm/deep",
]


@pytest.fixture(scope="session")
def axe() -> str:
    npm_install(development=True)
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, axe: str) -> list[str]:
    """Return one line for each element of the page that violates a rule of axe-core."""
    page.evaluate(axe)
    result = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{rule['id']}: {node['target']} {node['html'][:160]}"
        for rule in result["violations"]
        for node in rule["nodes"]
        if not (rule["id"] in THEMES_OWN and THEMES_OWN[rule["id"]] in str(node["target"]))
    ]


def formulas(path: Path) -> int:
    """Return how many formulas the built page holds."""
    return len(re.findall(r'class="[^"]*\bmath notranslate\b', path.read_text(encoding="utf-8")))


def is_whole(page: Page, document: str) -> bool:
    """Tell whether the mathematics is typeset and every picture is there."""
    missing = page.evaluate("() => [...document.images].filter(i => i.complete && !i.naturalWidth).length")
    raw = page.locator(".output.text_markdown", has_text="$").count()  # a formula in an output that was not typeset
    typeset = page.locator("mjx-container").count() >= formulas(HTML / f"{document}.html")
    return typeset and page.locator("mjx-merror").count() == 0 and missing == 0 and raw == 0


def test_page_at_the_root_and_on_a_phone(document: str, visit) -> None:
    with visit(f"/{document}.html") as opened:
        assert is_whole(opened.page, document)
        opened.page.set_viewport_size({"width": 360, "height": 800})
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        assert opened.faults == []


def test_page_under_a_sub_path_is_accessible(document: str, visit, axe: str) -> None:
    with visit(f"{SUB_PATH}/{document}.html", color_scheme="light") as opened:
        assert is_whole(opened.page, document)
        assert violations(opened.page, axe) == []
        assert opened.faults == []


@pytest.mark.parametrize("name", DARK)
def test_page_in_dark_mode_is_accessible(name: str, visit, axe: str) -> None:
    with visit(f"/{name}.html", color_scheme="dark") as opened:
        assert opened.page.evaluate("() => document.documentElement.dataset.theme") == "dark"
        assert violations(opened.page, axe) == []


def test_entry_of_the_site_leads_to_the_front_page(visit) -> None:
    with visit(f"{SUB_PATH}/book/notation.html") as opened:
        opened.page.goto(opened.page.url.replace("book/notation.html", ""))
        opened.page.wait_for_url("**/book/index.html")
        assert opened.page.locator("article h1").inner_text().startswith("Deep generative models")


def test_search_finds_a_page(visit) -> None:
    with visit(f"{SUB_PATH}/search.html?q=likelihood") as opened:
        opened.page.wait_for_selector("#search-results li a")
        assert opened.faults == []


def test_what_the_tests_look_for_would_be_noticed(visit, axe: str) -> None:
    with visit("/book/references.html") as opened:
        page = opened.page
        page.evaluate("() => { new Image().src = 'https://other.invalid/x.png'; console.error('broken'); }")
        page.evaluate("() => document.querySelector('article').append(document.createElement('button'))")
        assert any(line.startswith("button-name") for line in violations(page, axe))
        assert any("another host" in fault for fault in opened.faults)
        assert any("broken" in fault for fault in opened.faults)
