"""Link the first mention of each glossary term on a page to the glossary; a script shows its definition in place."""

import re
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder

GLOSSARY = "book/glossary"
NOT_INSIDE = (
    nodes.reference,
    nodes.literal,
    nodes.literal_block,
    nodes.math,
    nodes.math_block,
    nodes.title,
    nodes.caption,
    nodes.rubric,
    nodes.raw,
    nodes.table,
    nodes.target,
    addnodes.glossary,
    addnodes.pending_xref,
)
CARD_CLASSES = {"sd-card", "cell_output", "citation", "toctree-wrapper"}


def pattern(terms: list[str]) -> re.Pattern[str]:
    """Return what finds any of the terms, the longest first, in singular or plural; capitals in a term count."""
    each = (re.escape(term) if term != term.lower() else f"(?i:{re.escape(term)})" for term in terms)
    return re.compile(rf"(?<![\w-])({'|'.join(sorted(each, key=len, reverse=True))})(?:s|es)?(?![\w-])")


def is_text(node: nodes.Text) -> bool:
    """Tell whether a piece of text is prose in which a link may stand."""
    inside_paragraph, parent = False, node.parent
    while parent is not None:
        if isinstance(parent, NOT_INSIDE) or CARD_CLASSES & set(getattr(parent, "attributes", {}).get("classes", [])):
            return False
        inside_paragraph = inside_paragraph or isinstance(parent, nodes.paragraph)
        parent = parent.parent
    return inside_paragraph


def linked(text: str, finder: re.Pattern[str], addresses: dict[str, str], seen: set[str]) -> list[nodes.Node]:
    """Return the text in pieces, with a link on the first mention of each term that has not been seen."""
    pieces: list[nodes.Node] = []
    start = 0
    for match in finder.finditer(text):
        name = match[1] if match[1] in addresses else match[1].lower()
        address = addresses.get(name)
        if address is None or address in seen:
            continue
        seen.add(address)
        pieces.append(nodes.Text(text[start : match.start()]))
        pieces.append(nodes.reference("", match[0], refuri=address, internal=True, classes=["glossary-term"]))
        start = match.end()
    return [*pieces, nodes.Text(text[start:])] if pieces else []


def term_addresses(builder: Builder, docname: str) -> dict[str, str]:
    """Return the address of each term, as seen from a page."""
    objects = builder.env.domaindata["std"]["objects"]
    found = {name: place for (kind, name), place in objects.items() if kind == "term" and place[0] == GLOSSARY}
    return {name: f"{builder.get_relative_uri(docname, GLOSSARY)}#{place[1]}" for name, place in found.items()}


def link_terms(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the links into a page of a chapter; their front pages are maps, whose links lead to pages."""
    if app.builder.format != "html" or not docname.startswith("chapters/") or docname.endswith("/index"):
        return
    if not (addresses := term_addresses(app.builder, docname)):
        return
    finder, seen = pattern(list(addresses)), set()
    for node in [text for text in doctree.findall(nodes.Text) if is_text(text)]:
        if pieces := linked(node.astext(), finder, addresses, seen):
            node.parent.replace(node, pieces)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the hook."""
    app.connect("doctree-resolved", link_terms, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
