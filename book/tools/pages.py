"""What every notebook of the book has in common: its normal form and its first code cell.

A page is stored without anything that changes from one run to the next (widget state, timestamps, random cell ids),
so that a difference between two versions is a difference of content.
"""

import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
WIDGET = "application/vnd.jupyter.widget-view+json"
INSTALL_TAG = "install"
BEFORE_PUBLISHING = """\
# Outside a clone of the book: run `pip install -e .` in the folder of the clone first.
import importlib.util

if importlib.util.find_spec("genbook") is None:
    raise ModuleNotFoundError(
        "genbook is missing: run `make serve` or `pip install -e .` in a clone of the book."
    )"""
AFTER_PUBLISHING = """\
# In Colab, or wherever the package of the book is absent: install it.
import importlib.util

if importlib.util.find_spec("genbook") is None:
    %pip install -q git+{url}"""


def notebooks(root: Path = ROOT) -> list[Path]:
    """Return every page of the book that is a notebook, in the order of their paths."""
    return sorted(p for p in (root / "chapters").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)


def read(path: Path) -> NotebookNode:
    """Return the notebook at `path` in the current format."""
    return nbformat.read(path, as_version=4)


def write(notebook: NotebookNode, path: Path) -> None:
    """Write the normal form of `notebook` to `path`."""
    path.write_text(nbformat.writes(normalise(notebook)).rstrip("\n") + "\n", encoding="utf-8")


def repository_url(root: Path = ROOT) -> str:
    """Return the address of the published repository from `_config.yml`, or an empty string before it is set."""
    found = re.search(r'^repository:\n\s+url: "(.*)"$', (root / "_config.yml").read_text(encoding="utf-8"), re.M)
    if found is None:
        raise ValueError('_config.yml must hold the line `url: "..."` right below `repository:`.')
    return found[1]


def install_source(url: str) -> str:
    """Return the source of a page's first code cell for a repository address, which may be empty."""
    return AFTER_PUBLISHING.format(url=url) if url else BEFORE_PUBLISHING


def source_digest(notebook: NotebookNode) -> str:
    """Return a digest of the code cells, which tells whether the stored outputs are those of this code."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256("\0".join(code).encode()).hexdigest()[:16]


def _stream_text(text: str) -> str:
    """Return what a terminal would show: of a line that was overwritten, the last state."""
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")]
    return "\n".join(lines)


def _normal_outputs(outputs: list[NotebookNode]) -> list[NotebookNode]:
    kept: list[NotebookNode] = []
    for output in outputs:
        if WIDGET in output.get("data", {}):
            continue
        if output.output_type == "stream":
            if kept and kept[-1].output_type == "stream" and kept[-1].name == output.name:
                kept[-1].text += output.text
                continue
            output = NotebookNode(output)  # noqa: PLW2901  (a copy, because its text may grow)
        kept.append(output)
    for output in kept:
        if output.output_type == "stream":
            output.text = _stream_text(output.text)
        if "metadata" in output:
            output.metadata = {}
    return kept


def _normal_metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    names = ("tags", "mystnb", "editable", "slideshow")
    return {name: metadata[name] for name in names if name in metadata}


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook with nothing in it that differs between two runs of the same code."""
    result = nbformat.from_dict(notebook)
    executed = notebook.metadata.get("genbook", {}).get("executed")
    result.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    if executed:
        result.metadata["genbook"] = {"executed": executed}
    result.nbformat, result.nbformat_minor = 4, 5
    seen: Counter[str] = Counter()
    for cell in result.cells:
        digest = hashlib.sha256(f"{cell.cell_type}\0{cell.source}".encode()).hexdigest()[:10]
        cell["id"] = f"{digest}-{seen[digest]}" if seen[digest] else digest
        seen[digest] += 1
        cell.metadata = nbformat.from_dict(_normal_metadata(cell.metadata))
        cell.pop("attachments", None) if not cell.get("attachments") else None
        if cell.cell_type == "code":
            cell.outputs = _normal_outputs(cell.outputs)
    return result
