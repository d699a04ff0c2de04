"""Sphinx hooks of the website: nothing from other hosts, live figures, launch buttons, and fixes of the theme."""

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

UNWANTED_SCRIPTS = ("thebe", "require.min.js", "@jupyter-widgets", "embed-amd")
MENDED = {
    ' role="doc-bibliography"': ' role="list"',
    ' role="doc-biblioentry"': ' role="listitem"',
    '<summary><span class="toctree-toggle"': '<summary aria-label="Pages of this chapter"><span class="toctree-toggle"',
    '<summary aria-label="Toggle hidden content">': "<summary>",
    ' id="pst-primary-sidebar"': ' id="pst-primary-sidebar" role="region" aria-label="The book"',
}
THEME_OPTIONS = {
    "logo": {"text": "genbook"},
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "use_download_button": True,
    "use_fullscreen_button": False,
}
COLAB = "https://colab.research.google.com"
ICON = re.compile(r'("?[\w-]+"?):\[\d+,\d+,(\[[^\]]*\]),"[0-9a-f]+",(?:"[^"]*"|\[[^\]]*\])\],?')


def _file_of(script: Any) -> str:
    return str(getattr(script, "filename", script))


def drop_unwanted_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Leave out the scripts that call other hosts or are never used here (thebe, the widget manager)."""
    scripts = context.get("script_files", [])
    context["script_files"] = [s for s in scripts if not any(name in _file_of(s) for name in UNWANTED_SCRIPTS)]
    styles = context.get("css_files", [])
    context["css_files"] = [s for s in styles if "thebe" not in _file_of(s)]


def add_live_figures(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Load the live-figure code on the pages that hold a live figure, and on no other."""
    if doctree is not None and any("data-live=" in raw.astext() for raw in doctree.findall(nodes.raw)):
        app.add_js_file("live/live.mjs", type="module")


def set_theme_options(app: Sphinx, config: Any) -> None:
    """Set the options of the theme, and offer Colab once `_config.yml` knows the address of the repository.

    Set here because options in the `sphinx` block of `_config.yml` would replace those that Jupyter Book derives.
    """
    options = config.html_theme_options
    options.update(THEME_OPTIONS)
    options["launch_buttons"] = {"colab_url": COLAB} if options.get("repository_url") else {}


def mend_page(html: str) -> str:
    """Return the page with the theme's faults mended: thebe's settings, and what screen readers stumble over."""
    html = re.sub(r"<script[^>]*>\s*const THEBE_JS_URL.*?</script>", "", html, flags=re.S)
    for found, wanted in MENDED.items():
        html = html.replace(found, wanted)
    if 'id="search-results"' not in html:  # the index is for the page of the search alone
        html = re.sub(r'<script[^>]*src="[^"]*searchindex\.js[^"]*"[^>]*></script>', "", html)
        html = re.sub(r'<script[^>]*src="[^"]*(?:searchtools|language_data)\.js[^"]*"[^>]*></script>', "", html)
    html = re.sub(r'(<i class="theme-switch[^>]*?) +title="[^"]*"', r"\1", html)
    return re.sub(r'(<button class="btn search-button-field[^>]*?) title="Search" aria-label="Search"', r"\1", html)


def keep_icons(script: str, names: set[str]) -> str:
    """Return the icon script with only the icons of these names or aliases."""

    def kept(match: re.Match[str]) -> str:
        aliases = set(re.findall(r'"([\w-]+)"', match[2]))
        return match[0] if {match[1].strip('"'), *aliases} & names else ""

    return ICON.sub(kept, script)


def mend_site(app: Sphinx, exception: Exception | None) -> None:
    """Mend every page that was written, and drop the icons and source maps that no page uses."""
    if exception is not None or app.builder.format != "html":
        return
    icons = {"xmark"}  # the one that a script of the theme adds
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        icons.update(re.findall(r"\bfa-([a-z0-9-]+)", text))
        if (mended := mend_page(text)) != text:
            page.write_text(mended, encoding="utf-8")
    static = Path(app.outdir) / "_static"
    script = static / "scripts" / "fontawesome.js"
    script.write_text(keep_icons(script.read_text(encoding="utf-8"), icons), encoding="utf-8")
    for unused in static.rglob("*.js.map"):
        unused.unlink()


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the hooks."""
    app.connect("config-inited", set_theme_options, priority=400)
    app.connect("html-page-context", add_live_figures, priority=400)
    app.connect("html-page-context", drop_unwanted_scripts, priority=990)
    app.connect("build-finished", mend_site)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
