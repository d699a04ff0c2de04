"""Execute pages in place and store them with their outputs: the named ones, or those whose code has changed.

Usage: python book/tools/notebooks.py [PAGE ...]
"""

import argparse
import os
import sys
import time
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

sys.path.insert(0, str(Path(__file__).parent))
from pages import ROOT, notebooks, read, source_digest, write


def changed() -> list[Path]:
    """Return the pages whose stored outputs come from other code than they hold."""
    found = []
    for path in notebooks():
        page = read(path)
        if page.metadata.get("genbook", {}).get("executed") != source_digest(page):
            found.append(path)
    return found


def execute(path: Path) -> None:
    """Run the page at the CPU budget in its own folder and store it in normal form."""
    page = read(path)
    client = NotebookClient(
        page, timeout=1800, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    page.metadata["genbook"] = {"executed": source_digest(page)}
    write(page, path)


def main() -> int:
    """Execute the pages one after another; return the number of those that failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", type=Path)
    given = parser.parse_args().pages
    os.environ.setdefault("GENBOOK_BUDGET", "cpu")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    failed = 0
    for path in [page.resolve() for page in given] or changed():
        print(f"{path.relative_to(ROOT)} ... ", end="", flush=True)
        start = time.perf_counter()
        try:
            execute(path)
        except CellExecutionError as error:
            failed += 1
            print(f"failed\n{error}")
        else:
            size = path.stat().st_size / 1e6
            print(f"{time.perf_counter() - start:.0f} s, {size:.2f} MB")
    return failed


if __name__ == "__main__":
    sys.exit(main())
