"""Every address inside the site leads somewhere, and no page is put together from other hosts."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

LOADED = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src"), ("video", "src")}
NOT_LOADED_LINKS = {"canonical", "author", "next", "prev", "index", "search"}


class Page(HTMLParser):
    """The anchors of a page, what it links to and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: set[str] = set()
        self.loads: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.add(values["href"])
        for name in ("src", "href"):
            if (tag, name) in LOADED and name in values and values.get("rel") not in NOT_LOADED_LINKS:
                self.loads.add(values[name])


def broken(pages: dict[Path, Page], root: Path) -> list[str]:
    """Return one line for each link or loaded file that does not exist."""
    faults = []
    for path, page in pages.items():
        for address in page.links | page.loads:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.exists() or not target.is_relative_to(root):
                faults.append(f"{path.relative_to(root)}: {address} does not exist")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
                faults.append(f"{path.relative_to(root)}: {address} has no such anchor")
    return faults


def foreign(pages: dict[Path, Page]) -> list[str]:
    """Return the files that pages load from other hosts."""
    return [f"{path}: {address}" for path, page in pages.items() for address in page.loads if urlsplit(address).netloc]


@pytest.fixture(scope="module")
def pages(html: Path) -> dict[Path, Page]:
    return {
        path: Page(path.read_text(encoding="utf-8")) for path in html.rglob("*.html") if "_static" not in path.parts
    }


def test_no_address_inside_the_site_is_broken(pages: dict[Path, Page], html: Path) -> None:
    assert len(pages) > 10
    assert broken(pages, html) == []


def test_no_page_loads_a_file_from_another_host(pages: dict[Path, Page]) -> None:
    assert foreign(pages) == []


def test_the_checks_see_a_missing_page_a_missing_anchor_and_another_host(tmp_path: Path) -> None:
    first, second = tmp_path / "a.html", tmp_path / "b.html"
    second.write_text('<p id="here">')
    first.write_text(
        '<a href="c.html"></a><a href="b.html#there"></a><a href="b.html#here"></a><img src="//x.org/y.png">'
    )
    found = {path: Page(path.read_text()) for path in (first, second)}
    assert len(broken(found, tmp_path)) == 2
    assert len(foreign(found)) == 1


def test_pages_that_github_serves_are_not_filtered_by_jekyll(html: Path) -> None:
    assert (html / ".nojekyll").exists()


def test_the_icons_of_the_theme_were_reduced_to_those_in_use(html: Path) -> None:
    script = (html / "_static" / "scripts" / "fontawesome.js").read_text(encoding="utf-8")
    assert len(script) < 120_000
    assert "magnifying-glass" in script
