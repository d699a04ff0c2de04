"""The front door in a browser: definitions in place, filters of the register, the search, width of code, paper."""

from pathlib import Path

import pytest
import yaml
from genbook_register import aliases, many
from playwright.sync_api import expect
from site_build import ROOT

from .conftest import documents

ROWS = yaml.safe_load((ROOT / "book" / "models.yml").read_text(encoding="utf-8"))
SEARCH = """
(queries) => queries.map((query) => {
  const [original, terms, excluded, highlight, objects] = Search._parseQuery(query);
  return Search._performSearch(original, terms, excluded, highlight, objects).map((result) => result[0]);
})
"""


def test_search_finds_every_model_by_title_key_and_class(visit) -> None:
    known = set(documents())
    rows = [row for row in ROWS if all(str(Path(page).with_suffix("")) in known for page in many(row["page"]))]
    wanted = [(name, row) for row in rows for name in aliases(row)]
    assert len(rows) > 50
    with visit("/search.html?q=likelihood") as opened:
        opened.page.wait_for_selector("#search-results li a")
        found = opened.page.evaluate(SEARCH, [name for name, _ in wanted])
    pages = [{str(Path(page).with_suffix("")) for page in many(row["page"])} for _, row in wanted]
    missed = [name for (name, _), own, hits in zip(wanted, pages, found, strict=True) if not own & set(hits)]
    assert missed == []


def test_search_finds_nothing_for_what_is_not_there(visit) -> None:
    with visit("/search.html?q=likelihood") as opened:
        opened.page.wait_for_selector("#search-results li a")
        assert opened.page.evaluate(SEARCH, ["zyxomorphism"]) == [[]]


def test_focus_shows_a_definition_and_escape_hides_it(visit) -> None:
    with visit("/chapters/vae/elbo.html") as opened:
        link = opened.page.locator("a.glossary-term").first
        link.focus()
        card = opened.page.locator("#glossary-card")
        expect(card).to_be_visible()
        assert len(card.inner_text()) > 20
        assert link.get_attribute("aria-describedby") == "glossary-card"
        opened.page.keyboard.press("Escape")
        expect(card).to_be_hidden()
        link.hover()
        expect(card).to_be_visible()
        opened.page.mouse.move(2, 2)
        expect(card).to_be_hidden()
        assert opened.faults == []


def test_first_touch_shows_a_definition_and_the_second_follows_the_link(visit) -> None:
    with visit("/chapters/vae/elbo.html", width=360, has_touch=True) as opened:
        link = opened.page.locator("a.glossary-term").first
        link.tap()
        card = opened.page.locator("#glossary-card")
        expect(card).to_be_visible()
        box = card.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        link.tap()
        opened.page.wait_for_url("**/glossary.html#term-*")


def test_register_is_filtered_by_keyboard(visit) -> None:
    with visit("/book/register.html") as opened:
        page = opened.page
        rows = page.locator("table.register tbody tr:visible")
        assert rows.count() == len(ROWS)
        page.get_by_label("Search", exact=True).last.focus()
        page.keyboard.type("wgan")
        expect(page.locator(".register-filter [role=status]")).to_have_text(f"{rows.count()} of {len(ROWS)} models")
        assert 0 < rows.count() < 10
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        page.keyboard.press("Tab")
        page.keyboard.type("Normalizing")
        assert page.locator(".register-filter select").first.input_value() == "Normalizing flows"
        expected = sum(many(row["page"])[0].split("/")[1] == "flows" for row in ROWS)
        expect(page.locator(".register-filter [role=status]")).to_have_text(f"{expected} of {len(ROWS)} models")
        page.locator(".register-filter select").last.select_option("exact likelihood")
        assert 0 < rows.count() <= expected


def test_register_without_scripts_is_one_full_table(browser, origin: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{origin}/book/register.html")
    assert page.locator("table.register tbody tr:visible").count() == len(ROWS)
    assert page.locator(".register-filter").count() == 0
    context.close()


@pytest.mark.parametrize("width", [1280, 1536])
def test_eighty_eight_columns_of_code_fit(visit, width: int) -> None:
    with visit("/chapters/vae/elbo.html", width=width) as opened:
        line = "x" * 88
        fits = opened.page.evaluate(
            """(line) => {
                const pre = document.querySelector('div.cell_input pre');
                pre.textContent = line;
                return [pre.scrollWidth, pre.clientWidth];
            }""",
            line,
        )
        assert fits[0] <= fits[1]


def test_front_page_shows_everything_on_its_first_screen(visit) -> None:
    with visit("/book/index.html") as opened:
        opened.page.evaluate("() => scrollTo(0, 0)")
        for selector in (".intro", ".front-figure .live-panels", ".ways .sd-card >> nth=2"):
            box = opened.page.locator(selector).first.bounding_box()
            assert box["y"] + 0.8 * box["height"] < 900, selector
        assert "Predict first" in opened.page.locator(".front-figure").inner_text()


def test_paper_has_no_side_bars_and_no_controls(visit) -> None:
    with visit("/chapters/vae/elbo.html") as opened:
        opened.page.emulate_media(media="print")
        for selector in (
            ".bd-sidebar-primary",
            ".bd-sidebar-secondary",
            ".prev-next-footer",
            ".offers",
            ".live button",
        ):
            for found in opened.page.locator(selector).all():
                expect(found).to_be_hidden()
        expect(opened.page.locator("main h1:visible")).to_have_count(1)
        assert opened.page.locator("figure.genbook-figure img:visible").count() > 3
