"""Where the ES modules of the live figures lie, and how a notebook gets them in one piece."""

import json
import re
from pathlib import Path
from posixpath import dirname, join, normpath

IMPORT = re.compile(r'^(?:import|export)\b[^;]*?\bfrom "(\.[^"]+)";', re.MULTILINE)


def live_folder() -> Path:
    """Return the folder of the live figures: inside the installed package, or `book/live` of a source tree.

    Raises:
        FileNotFoundError: it is in neither place.
    """
    here = Path(__file__).parent
    for folder in (here / "live", here.parents[2] / "book" / "live"):
        if (folder / "live.mjs").is_file():
            return folder
    raise FileNotFoundError(f"the live figures are not beside {here}: install genbook anew with pip.")


def imports(name: str) -> dict[str, str]:
    """Return what the module `name` (a path inside the folder) imports: {specifier: path inside the folder}."""
    source = (live_folder() / name).read_text(encoding="utf-8")
    return {found: normpath(join(dirname(name), found)) for found in IMPORT.findall(source)}


def closure(name: str) -> list[str]:
    """Return `name` and all that it imports, each once, every module after those that it imports."""
    found: list[str] = []
    for needed in imports(name).values():
        found += [module for module in closure(needed) if module not in found]
    return [*found, name]


def widget_source(figure: str) -> str:
    """Return one module that renders the figure in a notebook, with the sources of all modules that it needs.

    Raises:
        ValueError: there is no such figure.
    """
    figures = sorted(path.stem for path in (live_folder() / "figures").glob("*.mjs"))
    if figure not in figures:
        raise ValueError(f"figure is {figure!r}, expected one of {', '.join(figures)}.")
    names = closure(f"figures/{figure}.mjs")
    modules = [[name, (live_folder() / name).read_text(encoding="utf-8"), imports(name)] for name in names]
    template = (live_folder() / "widget.mjs").read_text(encoding="utf-8")
    return template.replace("const MODULES = [];", f"const MODULES = {json.dumps(modules)};")
