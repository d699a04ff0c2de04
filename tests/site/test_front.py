"""The front page, the chapter pages and what each page offers, in the built site."""

import json
import re
import zipfile
from pathlib import Path

import genbook_front as front
import genbook_glossary as glossary
import genbook_offers as offers
import genbook_slim as slim
import pytest
import yaml
from site_build import ROOT
from site_zip import pack

CHAPTERS = front.chapters(ROOT)


def body(html: Path, document: str) -> str:
    """Return the article of a built page."""
    text = (html / f"{document}.html").read_text(encoding="utf-8")
    return text[text.index("<article") : text.index("</article>")]


def test_front_page_offers_a_live_figure_and_three_ways_in(html: Path) -> None:
    text = body(html, "book/index")
    assert text.count('class="front-figure"') == 1
    assert [text.index(way) for way in (">\nRead", ">\nRun", ">\nTeach")] == sorted(
        text.index(way) for way in (">\nRead", ">\nRun", ">\nTeach")
    )
    assert text.index(">\nTeach") < text.index("front-figure") < text.index('id="the-chapters"')


@pytest.mark.parametrize("chapter", CHAPTERS, ids=[c["key"] for c in CHAPTERS])
def test_every_chapter_has_a_card_with_picture_and_reading_time(html: Path, chapter: dict) -> None:
    cards = [card for card in body(html, "book/index").split("sd-card sd-") if "card-time" in card]
    card = next(card for card in cards if f"chapters/{chapter['key']}/index.html" in card)
    assert f"{chapter['key']}.png" in card
    assert re.search(r"\d+(\.5)? (min|h) to read", card)


def test_front_pages_of_chapters_link_every_page_of_the_chapter(html: Path) -> None:
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    missing = []
    for key, page in re.findall(r"file: chapters/(\w+)/(\w+)", toc):
        if page != "index" and f'href="{page}.html"' not in body(html, f"chapters/{key}/index"):
            missing.append(f"{key}/{page}")
    assert missing == []


def test_graph_names_every_need_once_and_follows_the_order_of_the_book() -> None:
    column = front.columns(CHAPTERS)
    assert all(column[need] < column[row["key"]] for row in CHAPTERS for need in row["needs"])
    drawing = front.graph(CHAPTERS)
    assert drawing.count("<rect") == len(CHAPTERS)
    assert drawing.count('class="helps"') == sum(len(row.get("helps", [])) for row in CHAPTERS)
    keys = re.findall(r"file: chapters/(\w+)/index", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
    assert keys == [row["key"] for row in CHAPTERS]


def test_reading_time_counts_the_words_of_prose_and_no_code(tmp_path: Path) -> None:
    page = tmp_path / "page.ipynb"
    words = "word " * front.WORDS_PER_MINUTE * 20
    cells = [{"cell_type": "markdown", "source": [words]}, {"cell_type": "code", "source": [words]}]
    page.write_text(json.dumps({"cells": cells}))
    assert front.minutes([page]) == 20
    assert (front.duration(20), front.duration(1), front.duration(100)) == ("20 min", "5 min", "1.5 h")


def test_every_page_offers_its_notebook_its_figures_and_a_way_to_report_a_mistake(html: Path) -> None:
    for page in sorted((html / "chapters").rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        assert text.count('class="offers"') == 1, page
        assert "Found a mistake?" in text
        if (ROOT / page.relative_to(html)).with_suffix(".ipynb").exists():
            assert f'_sources/{page.relative_to(html).with_suffix(".ipynb").as_posix()}" download' in text
            found = text.count("genbook-figure")
            offered = re.search(r'([\w/.-]+\.zip)" download>(\d+) figures', text)
            assert bool(offered) == (found > 0), page
            if offered:
                with zipfile.ZipFile((page.parent / offered[1]).resolve()) as archive:
                    assert len(archive.namelist()) == int(offered[2])


def test_zip_of_the_site_holds_every_file_and_repeats_itself(tmp_path: Path) -> None:
    folder = tmp_path / "html"
    (folder / "sub").mkdir(parents=True)
    (folder / "index.html").write_text("a")
    (folder / "sub" / "b.css").write_text("b")
    pack(folder, tmp_path / "one.zip")
    pack(folder, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == ["genbook-site/index.html", "genbook-site/sub/b.css"]


def test_glossary_has_eighty_terms_and_pages_link_their_first_mention(html: Path) -> None:
    terms = re.findall(r'id="term-[^"]+"', body(html, "book/glossary"))
    assert len(set(terms)) >= 80
    used: set[str] = set()
    for page in (html / "chapters").rglob("*.html"):
        links = re.findall(r'<a class="glossary-term[^"]*" href="[^"]*#(term-[^"]+)"', page.read_text(encoding="utf-8"))
        assert len(links) == len(set(links)), page
        used.update(links)
    assert len(used) >= 60


def test_terms_are_found_in_plural_and_not_inside_other_words() -> None:
    finder = glossary.pattern(["score", "score matching", "ELBO", "Jacobian"])
    found = [match[0] for match in finder.finditer("Scores and score matching; underscore, elbo, ELBO, Jacobians.")]
    assert found == ["Scores", "score matching", "ELBO", "Jacobians"]
    seen: set[str] = set()
    pieces = glossary.linked("a score, a score", finder, {"score": "g#score"}, seen)
    assert [type(piece).__name__ for piece in pieces] == ["Text", "reference", "Text"]
    assert glossary.linked("score", finder, {"score": "g#score"}, seen) == []


def test_pruning_keeps_what_an_element_can_match_and_drops_the_rest() -> None:
    css = ".a,.b>p{x:1}.c{y:2}@media (min-width:1px){.c{z:3}.a:hover{u:4}}p:not(.c){v:5}@import 'k';"
    kept = slim.prune(css, {"a"})
    assert kept == ".a{x:1}@media (min-width:1px){.a:hover{u:4}}p:not(.c){v:5}@import 'k';"


def test_workflow_of_every_week_runs_the_book_and_opens_an_issue() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "weekly.yml").read_text(encoding="utf-8"))["jobs"]
    commands = {name: " ".join(step.get("run", "") for step in job["steps"]) for name, job in jobs.items()}
    assert "--nbval-lax" in commands["book"]
    assert "requirements.txt" not in commands["book"]
    assert "gh issue create" in commands["report"]
    assert set(jobs["report"]["needs"]) == {"package", "book"}


def test_a_published_page_links_to_its_issues_and_to_the_zip() -> None:
    published = "https://github.com/some-owner/some-book"
    assert f'{published}/issues/new?title=Erratum%20in%20chapters/vae/elbo"' in offers.errata(
        "chapters/vae/elbo", published
    )
    assert "http" not in offers.errata("chapters/vae/elbo", "")
    assert offers.whole_site(published) == "https://some-owner.github.io/some-book/genbook-site.zip"


def test_vector_figures_are_offered_where_a_page_was_drawn(tmp_path: Path) -> None:
    assert offers.drawings(tmp_path / "absent") == {}
    (tmp_path / "01-a.svg").write_text("<svg/>")
    assert offers.drawings(tmp_path) == {"01-a.svg": b"<svg/>"}
