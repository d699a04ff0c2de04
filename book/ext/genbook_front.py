"""The directives of the front page: `chapter-cards`, `prerequisites` and, for the chapters, `chapter-picture`."""

import html
import json
import re
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

WORDS_PER_MINUTE = 180  # careful reading of technical prose
BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y = 172, 40, 26, 16
Chapter = dict[str, Any]


def chapters(root: Path) -> list[Chapter]:
    """Return the rows of `book/chapters.yml`."""
    return yaml.safe_load((root / "book" / "chapters.yml").read_text(encoding="utf-8"))


def prose(path: Path) -> str:
    """Return the text of a page: its Markdown, without code cells and outputs."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def minutes(paths: list[Path]) -> int:
    """Return how long the prose of the pages takes to read; a formula counts as one word."""
    text = "\n".join(prose(path) for path in paths)
    text = re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$|```.*?```|<[^>]+>", " formula ", text, flags=re.S)
    return round(len(re.findall(r"[^\W\d_][\w'-]*", text)) / WORDS_PER_MINUTE)


def duration(total: int) -> str:
    """Return minutes in words, rounded to five minutes, or to halves of an hour when it is long."""
    if total < 60:
        return f"{max(5, 5 * round(total / 5))} min"
    hours = round(total / 30) / 2
    return f"{hours:g} h"


def pages_of(key: str, root: Path, documents: set[str]) -> list[Path]:
    """Return the files of the pages of a chapter that the table of contents names."""
    found = [root / f"{name}{end}" for name in sorted(documents) for end in (".ipynb", ".md")]
    return [path for path in found if path.parent == root / "chapters" / key and path.exists()]


def columns(rows: list[Chapter]) -> dict[str, int]:
    """Return the column of each chapter in the graph: one more than the greatest among those that it needs."""
    found: dict[str, int] = {}
    while len(found) < len(rows):
        for row in rows:
            if row["key"] not in found and all(need in found for need in row["needs"]):
                found[row["key"]] = 1 + max((found[need] for need in row["needs"]), default=-1)
    return found


def places(rows: list[Chapter]) -> tuple[dict[str, tuple[float, float]], int, int]:
    """Return the upper left corner of each chapter's box, and the size of the drawing; columns are centred."""
    column = columns(rows)
    groups = [[row["key"] for row in rows if column[row["key"]] == c] for c in range(1 + max(column.values()))]
    height = max(map(len, groups)) * (BOX_HEIGHT + GAP_Y)
    spots = {}
    for c, group in enumerate(groups):
        top = (height - len(group) * (BOX_HEIGHT + GAP_Y) + GAP_Y) / 2
        for r, key in enumerate(group):
            spots[key] = (2 + c * (BOX_WIDTH + GAP_X), top + r * (BOX_HEIGHT + GAP_Y))
    return spots, len(groups) * (BOX_WIDTH + GAP_X) - GAP_X + 4, height


def graph(rows: list[Chapter]) -> str:
    """Return the graph of prerequisites as an SVG; a need that follows from another need has no arrow of its own."""
    spots, width, height = places(rows)
    needs = {row["key"]: set(row["needs"]) for row in rows}
    lines, boxes = [], []
    for row in rows:
        x, y = spots[row["key"]]
        implied = {far for need in row["needs"] for far in needs[need]}
        links = [(need, "needs") for need in row["needs"] if need not in implied]
        for need, kind in links + [(other, "helps") for other in row.get("helps", [])]:
            a, b = spots[need]
            start, end = (a + BOX_WIDTH, b + BOX_HEIGHT / 2), (x, y + BOX_HEIGHT / 2)
            middle = (start[0] + end[0]) / 2
            curve = f"M{start[0]:g} {start[1]:g}C{middle:g} {start[1]:g} {middle:g} {end[1]:g} {end[0]:g} {end[1]:g}"
            lines.append(f'<path class="{kind}" d="{curve}"/>')
        boxes.append(f'<rect x="{x:g}" y="{y:g}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="7"/>')
        title = html.escape(row["title"].replace("Generative adversarial", "Adversarial"))
        boxes.append(f'<text x="{x + BOX_WIDTH / 2:g}" y="{y + BOX_HEIGHT / 2 + 5:g}">{title}</text>')
    label = "Which chapter needs which; the list below says the same in words."
    drawing = f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{label}">'
    start = '<div class="prerequisites" tabindex="0" role="region" aria-label="Graph of the chapters">'
    return f"{start}{drawing}{''.join(lines)}{''.join(boxes)}</svg></div>"


class FromChapters(SphinxDirective):
    """A directive that renders rows of `book/chapters.yml`."""

    has_content = False
    optional_arguments = 1

    @property
    def root(self) -> Path:
        """The folder of the book."""
        return Path(self.env.srcdir)

    def parse(self, lines: list[str]) -> list[nodes.Node]:
        """Return what MyST makes of the lines."""
        container = nodes.container()
        self.state.nested_parse(StringList(lines, source="book/chapters.yml"), self.content_offset, container)
        return container.children

    def run(self) -> list[nodes.Node]:
        """Note the dependency and render."""
        self.env.note_dependency(str(self.root / "book" / "chapters.yml"))
        return self.render(chapters(self.root))

    def render(self, rows: list[Chapter]) -> list[nodes.Node]:
        """Return the nodes for the rows."""
        raise NotImplementedError


class ChapterCards(FromChapters):
    """A card for each chapter: picture, title, one sentence, number of pages and reading time."""

    def render(self, rows: list[Chapter]) -> list[nodes.Node]:
        """Return the grid of cards."""
        lines = [":::::{grid} 1 2 2 2", ":gutter: 3", ":class-container: families", ""]
        documents = set(self.env.found_docs)
        for row in rows:
            files = pages_of(row["key"], self.root, documents)
            number = len([file for file in files if file.stem != "index"])
            size = f"{number} page{'s' if number != 1 else ''}, " if number else ""
            lines += [
                f"::::{{grid-item-card}} {row['title']}",
                f":link: /chapters/{row['key']}/index",
                ":link-type: doc",
            ]
            lines += [f":img-top: /book/static/chapters/{row['key']}.png", f":img-alt: {row['alt']}"]
            lines += [":class-card: family", "", row["line"], ""]
            lines += [":::{container} card-time", f"{size}{duration(minutes(files))} to read", ":::", "::::", ""]
        return self.parse([*lines, ":::::"])


class Prerequisites(FromChapters):
    """The graph of what to read first, and the same in words."""

    def render(self, rows: list[Chapter]) -> list[nodes.Node]:
        """Return the drawing and the list."""
        titles = {row["key"]: f"{{doc}}`{row['title']} </chapters/{row['key']}/index>`" for row in rows}
        lines = []
        for row in rows:
            needed = row["needs"] if len(row["needs"]) < len(rows) - 2 else None
            text = "nothing" if needed == [] else "the chapters on all families"
            text = ", ".join(titles[key] for key in needed) if needed else text
            helped = row.get("helps", [])
            text += f"; {' and '.join(titles[key] for key in helped)} help" if helped else ""
            lines.append(f"- Before {titles[row['key']]}: {text}.")
        return [nodes.raw("", graph(rows), format="html"), *self.parse(lines)]


class ChapterPicture(FromChapters):
    """The picture of the chapter that the argument names, with the reading time of the whole chapter."""

    required_arguments = 1
    optional_arguments = 0

    def render(self, rows: list[Chapter]) -> list[nodes.Node]:
        """Return the figure."""
        key = self.arguments[0]
        row = next((row for row in rows if row["key"] == key), None)
        if row is None:
            raise self.error(f"chapter-picture: {key!r} is not in book/chapters.yml.")
        files = pages_of(key, self.root, set(self.env.found_docs))
        text = f"{row['alt']} The whole chapter takes about {duration(minutes(files))} to read."
        lines = [f":::{{figure}} /book/static/chapters/{key}.png", f":alt: {row['alt']}", ":figclass: chapter-picture"]
        return self.parse([*lines, "", text, ":::"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("chapter-cards", ChapterCards)
    app.add_directive("prerequisites", Prerequisites)
    app.add_directive("chapter-picture", ChapterPicture)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
