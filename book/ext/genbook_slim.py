"""Make the built pages light: figures as files that load when they are near, and style sheets without unused rules."""

import base64
import hashlib
import os
import re
import struct
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

EMBEDDED = re.compile(r'<img([^>]*?)src="data:image/png;base64,([^"]+)"([^>]*)>')
PICTURE = re.compile(r'<img([^>]*?)src="([^":]+\.(?:png|svg))"([^>]*)>')
SHEETS = ("styles/pydata-sphinx-theme.css", "styles/sphinx-book-theme.css", "sphinx-design.min.css", "basic.css")
# Words that scripts put together from parts, so that no file holds them whole.
ALWAYS = re.compile(r"^(collaps|show|fade|modal|active|hide|hidden|disabled|open|pst|bs|svg|tooltip|popover|offcanvas)")
WORD = re.compile(r"-?[A-Za-z_][\w-]*")


def png_size(data: bytes) -> tuple[int, int]:
    """Return width and height from the header of a PNG."""
    return struct.unpack(">II", data[16:24])


def with_size(before: str, after: str, size: tuple[int, int]) -> str:
    """Return the attributes of an `img` with a height that reserves its place and lazy loading.

    A width that the page states is kept; the height follows from the proportions of the file.
    """
    attributes = f"{before}{after}".rstrip(" /")
    width = re.search(r'\bwidth="(\d+)(?:px)?"', attributes)
    if not width:
        attributes += f' width="{size[0]}"'
    if not re.search(r'\bheight="', attributes):
        attributes += f' height="{round(int(width[1] if width else size[0]) * size[1] / size[0])}"'
    lazy = "" if "loading=" in attributes else ' loading="lazy" decoding="async"'
    return attributes + lazy


def extract_pictures(html: str, page: Path, target: Path) -> str:
    """Return the page with embedded PNG pictures as files in `target`, named by what they hold."""

    def moved(match: re.Match[str]) -> str:
        data = base64.b64decode(match[2])
        file = target / f"{hashlib.sha256(data).hexdigest()[:16]}.png"
        if not file.exists():
            file.write_bytes(data)
        address = Path(os.path.relpath(file, page.parent)).as_posix()
        return f'<img src="{address}"{with_size(match[1], match[3], png_size(data))}>'

    return EMBEDDED.sub(moved, html)


def svg_size(text: str) -> tuple[int, int] | None:
    """Return the size that the view box of an SVG states."""
    found = re.search(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"', text)
    return (round(float(found[1])), round(float(found[2]))) if found else None


def reserve_places(html: str, page: Path) -> str:
    """Return the page with width and height on every picture from a file, so that nothing jumps when it arrives."""

    def sized(match: re.Match[str]) -> str:
        file = (page.parent / match[2]).resolve()
        if "height=" in match[1] + match[3] or "style=" in match[1] + match[3] or not file.is_file():
            return match[0]
        size = svg_size(file.read_text(encoding="utf-8")) if file.suffix == ".svg" else png_size(file.read_bytes())
        return f'<img src="{match[2]}"{with_size(match[1], match[3], size)}>' if size else match[0]

    return PICTURE.sub(sized, html)


def blocks(css: str) -> list[tuple[str, str]]:
    """Return the top-level blocks of a style sheet as pairs of prelude and body; statements have an empty body."""
    found, start, depth, opened = [], 0, 0, 0
    for place, sign in enumerate(css):
        if sign == "{":
            opened = place if depth == 0 else opened
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                found.append((css[start:opened].strip(), css[opened + 1 : place]))
                start = place + 1
        elif sign == ";" and depth == 0:
            found.append((css[start : place + 1].strip(), ""))
            start = place + 1
    return found


def selectors(prelude: str) -> list[str]:
    """Return the selectors of a rule; commas inside brackets do not divide."""
    return [part.strip() for part in re.split(r",(?![^(\[]*[)\]])", prelude)]


def is_used(selector: str, words: set[str]) -> bool:
    """Tell whether every class and id that a selector demands occurs among the words of the site."""
    demanded = re.sub(r":(?:not|is|where)\([^)]*\)|\[[^\]]*\]", "", selector)
    names = re.findall(r"[.#](-?[A-Za-z_](?:[\w-]|\\.)*)", demanded)
    return all(name.replace("\\", "") in words or ALWAYS.match(name) for name in names)


def prune(css: str, words: set[str]) -> str:
    """Return a style sheet without the rules that no element of the site can match."""
    kept = []
    for prelude, body in blocks(re.sub(r"/\*.*?\*/", "", css, flags=re.S)):
        if not body:
            kept.append(prelude if prelude.endswith(";") else "")
        elif prelude.startswith(("@media", "@supports", "@layer")):
            inner = prune(body, words)
            kept.append(f"{prelude}{{{inner}}}" if inner else "")
        elif prelude.startswith("@"):
            kept.append("" if "FontAwesome" in body or "Font Awesome" in body else f"{prelude}{{{body}}}")
        else:
            own = [selector for selector in selectors(prelude) if is_used(selector, words)]
            kept.append(f"{','.join(own)}{{{body}}}" if own else "")
    return "".join(kept)


def slim(app: Sphinx, exception: Exception | None) -> None:
    """Lighten every page and the style sheets of the theme, after all else has been written."""
    if exception is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    images = out / "_images"
    images.mkdir(exist_ok=True)
    words: set[str] = set()
    for page in out.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        lighter = reserve_places(extract_pictures(html, page, images), page)
        if lighter != html:
            page.write_text(lighter, encoding="utf-8")
        for tag in re.findall(r"<[a-z][^>]*>", lighter):
            words.update(WORD.findall(tag))
    for script in [*(out / "_static").glob("*.*js"), *(out / "_static" / "scripts").glob("*.js")]:
        words.update(WORD.findall(script.read_text(encoding="utf-8")))
    for name in SHEETS:
        if (sheet := out / "_static" / name).exists():
            sheet.write_text(prune(sheet.read_text(encoding="utf-8"), words), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the hook, after that of genbook_site."""
    app.connect("build-finished", slim, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
