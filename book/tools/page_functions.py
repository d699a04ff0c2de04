"""The functions that a page defines, as a namespace, so that a test can compare them with those of the package."""

from pathlib import Path
from types import SimpleNamespace

from pages import read

IMPORT_TAG = "imports"
FUNCTION_TAG = "page-function"


def load_page_functions(path: Path) -> SimpleNamespace:
    """Run the page's import cell and its cells tagged `page-function`, and return everything that they define.

    Raises ValueError when the page has no such cell.
    """
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    tags = [set(cell.metadata.get("tags", [])) for cell in cells]
    if not any(FUNCTION_TAG in own for own in tags):
        raise ValueError(f"{path} has no cell tagged {FUNCTION_TAG!r}: tag the cells that define the page's functions.")
    namespace: dict[str, object] = {"__name__": path.stem}
    for cell, own in zip(cells, tags, strict=True):
        if own & {IMPORT_TAG, FUNCTION_TAG}:
            exec(compile(cell.source, f"{path.name}:{cell.id}", "exec"), namespace)
    return SimpleNamespace(**namespace)
