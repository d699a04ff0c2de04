"""The directive `register`: every row of `book/models.yml` as a table; and names by which the search finds each row."""

import importlib
import re
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

FAMILIES = {
    "foundations": "Foundations",
    "autoregressive": "Autoregressive models",
    "vae": "Variational autoencoders",
    "flows": "Normalizing flows",
    "diffusion": "Diffusion models",
    "gan": "Generative adversarial networks",
    "ebm": "Energy-based models",
    "comparison": "Comparison",
}
PROMISES = {
    "log_prob": "exact likelihood",
    "log_prob_ode": "likelihood up to solver error",
    "elbo": "bound on the likelihood",
    "energy": "energy",
    "sample": "samples",
    "critic_loss": "two-player training",
}


Row = dict[str, str | list[str]]


def many(value: str | list[str]) -> list[str]:
    """Return the entries of a field, which is one string or a list of them."""
    return [value] if isinstance(value, str) else value


def promises(symbol: str) -> list[str]:
    """Return what the class or function `symbol` can answer, read from the methods that it has."""
    module, _, name = symbol.rpartition(".")
    target = getattr(importlib.import_module(module), name)
    return [words for method, words in PROMISES.items() if hasattr(target, method)]


def chapter_of(row: Row) -> str:
    """Return the folder of the chapter that teaches the row: that of its first page."""
    return Path(many(row["page"])[0]).parts[1]


def aliases(row: Row) -> list[str]:
    """Return the names of a row: its key, its title, the parts of the title, its classes and functions."""
    title = str(row["title"]).replace(";", ",")  # a semicolon divides entries of an index
    parts = [part.strip() for part in re.split(r"[,:()]|\band\b|\bwith\b", title)]
    symbols = [symbol.rpartition(".")[2] for symbol in many(row["symbol"])]
    names = [title, str(row["key"]), str(row["key"]).replace("-", " "), *parts, *symbols]
    return list(dict.fromkeys(name for name in names if len(name) > 1))


def index_names(app: Sphinx, doctree: nodes.document) -> None:
    """Enter the names of every model into the index of the page that teaches it, where the search looks them up."""
    source = Path(app.srcdir) / "book" / "models.yml"
    docname = app.env.docname
    if not docname.startswith("chapters/") or not source.exists():
        return
    rows = yaml.safe_load(source.read_text(encoding="utf-8")) or []
    own = [row for row in rows if docname in [str(Path(page).with_suffix("")) for page in many(row["page"])]]
    if own and (sections := list(doctree.findall(nodes.section))):
        anchor = sections[0]["ids"][0]
        entries = [("single", name, anchor, "", None) for row in own for name in aliases(row)]
        sections[0].insert(1, addnodes.index(entries=entries))


def table(rows: list[Row], documents: set[str]) -> list[str]:
    """Return the rows as the lines of a MyST list table; a title links to its page once the book has the page."""
    lines = [":::{list-table}", ":header-rows: 1", ":class: register", ":widths: 24 20 36 20", ""]
    lines += ["* - Model", "  - Paper", "  - In the library", "  - What it gives"]
    for row in rows:
        page, symbols = Path(many(row["page"])[0]).with_suffix("").as_posix(), many(row["symbol"])
        title = f"{{doc}}`{row['title']} </{page}>`" if page in documents else row["title"]
        papers = "; ".join(f"{{cite:t}}`{key}`" for key in many(row["paper"]))
        kept = [words for words in PROMISES.values() if any(words in promises(symbol) for symbol in symbols)]
        lines += [f"* - {title}", f"  - {papers}", f"  - {', '.join(f'`{symbol}`' for symbol in symbols)}"]
        lines += [f"  - {', '.join(kept) or 'a method'}"]
    return [*lines, ":::", ""]


class Register(SphinxDirective):
    """Render the register of models."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return one table a chapter, in the order of the book."""
        source = Path(self.env.srcdir) / "book" / "models.yml"
        self.env.note_dependency(str(source))
        rows = yaml.safe_load(source.read_text(encoding="utf-8")) or []
        lines: list[str] = []
        for folder, title in FAMILIES.items():
            if own := [row for row in rows if chapter_of(row) == folder]:
                lines += [f"**{title}**", "", *table(own, set(self.env.found_docs))]
        container = nodes.container(classes=["register-tables"])
        self.state.nested_parse(StringList(lines, source=str(source)), self.content_offset, container)
        return container.children


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("register", Register)
    app.connect("doctree-read", index_names)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
