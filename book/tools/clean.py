"""Remove everything that the other commands have made, the virtual environment included.

Usage: python book/tools/clean.py
"""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MADE = [".venv", "_build", "node_modules", ".pytest_cache", ".ruff_cache", ".hypothesis"]


def main() -> None:
    """Remove the made folders and the caches of Python and Jupyter."""
    for name in MADE:
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for pattern in ("__pycache__", ".ipynb_checkpoints", "*.egg-info"):
        for folder in ROOT.rglob(pattern):
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
