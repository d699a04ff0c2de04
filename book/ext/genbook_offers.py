"""What each page offers at its end: its notebook, its figures, the whole site, and a way to report a mistake."""

import base64
import html
import os
import re
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sphinx.application import Sphinx

FIGURE = re.compile(r'<img[^>]*?alt="([^"]*)"[^>]*?src="data:image/png;base64,([^"]+)"')
END = '<footer class="prev-next-footer'
STAMP = (2026, 1, 1, 0, 0, 0)  # so that the same content gives the same file


def slug(text: str) -> str:
    """Return the first words of a text as a part of a file name."""
    return "-".join(re.findall(r"[a-z0-9]+", html.unescape(text).lower())[:6])


def drawings(folder: Path) -> dict[str, bytes]:
    """Return the vector figures that `make figures` has left in a folder, by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.svg"))} if folder.is_dir() else {}


def pictures(page: str) -> dict[str, bytes]:
    """Return the figures that are stored in a page, by name."""
    found = FIGURE.findall(page)
    return {f"{i:02d}-{slug(alt)}.png": base64.b64decode(data) for i, (alt, data) in enumerate(found, 1)}


def pack(files: dict[str, bytes], target: Path) -> None:
    """Write the files as one zip that depends on nothing but them."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, STAMP), content, zipfile.ZIP_DEFLATED)


def errata(document: str, repository: str) -> str:
    """Return the sentence that says how to report a mistake on this page."""
    if repository:
        address = f"{repository}/issues/new?title={quote(f'Erratum in {document}')}"
        return f'Found a mistake? <a href="{html.escape(address)}">Report it</a>.'
    return f"Found a mistake? Tell whoever gave you this book; name the page <code>{document}</code>."


def whole_site(repository: str) -> str:
    """Return the address of the zip that the workflow puts beside the published pages."""
    owner, name = repository.rstrip("/").split("/")[-2:]
    return f"https://{owner}.github.io/{name}/genbook-site.zip"


def offers(document: str, files: dict[str, str], repository: str) -> str:
    """Return the block for the end of a page; `files` maps what is offered to its address."""
    links = ", ".join(f'<a href="{address}" download>{name}</a>' for name, address in files.items())
    take = f"Take it with you: {links}. " if links else ""
    return f'<aside class="offers" aria-label="This page"><p>{take}{errata(document, repository)}</p></aside>\n'


def add_offers(app: Sphinx, exception: Exception | None) -> None:
    """Pack the figures of every page and write the block above its links to the neighbours."""
    if exception is not None or app.builder.format != "html":
        return
    out, build = Path(app.outdir), Path(app.srcdir) / "_build" / "figures"
    repository = app.config.html_theme_options.get("repository_url", "")
    for document in app.env.found_docs:
        path = out / f"{document}.html"
        if not path.exists():
            continue
        text, files = path.read_text(encoding="utf-8"), {}
        notebook = out / "_sources" / f"{document}.ipynb"
        if notebook.exists():
            files["the notebook"] = notebook
        vector = drawings(build / document)
        if figures := vector or pictures(text):
            zipped = out / "_downloads" / "figures" / f"{document.replace('/', '-')}.zip"
            pack(figures, zipped)
            files[f"{len(figures)} figures as {'SVG' if vector else 'PNG'}"] = zipped
        links = {name: Path(os.path.relpath(file, path.parent)).as_posix() for name, file in files.items()}
        if repository:
            links["the whole site as a zip"] = whole_site(repository)
        block = offers(document, links, repository)
        path.write_text(text.replace(END, block + END, 1), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the hook, before pictures leave the pages for files of their own."""
    app.connect("build-finished", add_offers, priority=800)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
