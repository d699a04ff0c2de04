"""Execute pages and keep their figures as SVG in `_build/figures/<page>/`, from where the next build offers them.

Usage: python book/tools/figures.py chapters/vae/elbo.ipynb [...]      (at the budget of GENBOOK_BUDGET, else cpu)
The pages themselves stay as they are. A stored page holds its figures as PNG, so vector figures need a run.
"""

import os
import shutil
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

sys.path.insert(0, str(Path(__file__).parent))
from pages import ROOT, read

TARGET = ROOT / "_build" / "figures"


def draw(page: Path, target: Path) -> int:
    """Execute a page with `GENBOOK_FIGURES` set to an empty folder; return the number of figures in it."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    environment = {"GENBOOK_BUDGET": "cpu", **os.environ, "GENBOOK_FIGURES": str(target)}
    notebook: nbformat.NotebookNode = read(page)
    NotebookClient(notebook, timeout=1800, resources={"metadata": {"path": str(page.parent)}}).execute(env=environment)
    return len(list(target.glob("*.svg")))


def main() -> int:
    """Draw the figures of the pages that the command line names."""
    if len(sys.argv) < 2:
        print("Name the page: make figures PAGE=chapters/<chapter>/<page>.ipynb")
        return 1
    for name in sys.argv[1:]:
        page = (ROOT / name).resolve()
        target = TARGET / page.relative_to(ROOT).with_suffix("")
        print(f"{name}: {draw(page, target)} figures in {target}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
