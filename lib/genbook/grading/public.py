"""A tree of the project that may be published: no history, and nothing of the assignments but the releases."""

import json
import shutil
import subprocess
from pathlib import Path

from genbook.grading.release import leaks, release, secrets

SUFFIXES = ".py .md .ipynb .json .yml .yaml .toml .txt .mjs .js .css .html .bib .cff"
PRIVATE = ("assignments/", "tests/assignments/")  # the mutants hold right solutions too


def tracked(root: Path) -> list[str]:
    """Return the files of the repository, or of the folder where it has no history."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise ValueError(
            f"{root} is no git repository, expected a clone: only files that git tracks are copied."
        ) from error
    return [name for name in listed.split("\0") if name]


def public(root: Path, to: Path) -> list[Path]:
    """Write the public tree to an empty folder, with a release of each assignment; return the releases.

    Raises:
        ValueError: the folder is not empty, or something of a solution would be left in the tree.
    """
    if to.exists() and any(to.iterdir()):
        raise ValueError(f"{to} is not empty, expected an empty folder or none.")
    for name in tracked(root):
        if not name.startswith(PRIVATE) and (root / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, to / name)
            (to / name).chmod((root / name).stat().st_mode & 0o777)
    made = []
    for source in sorted((root / "assignments").glob("*/assignment.ipynb")):
        target = to / "assignments" / source.parent.name / source.name
        target.parent.mkdir(parents=True)
        target.write_text(json.dumps(release(source), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        made.append(target)
    left = search(root, to)
    if left:
        shutil.rmtree(to)
        raise ValueError(f"the tree would show a solution: {left[0]}. Nothing was written.")
    return made


def search(root: Path, tree: Path) -> list[str]:
    """Return `file: line` for everything of the lecturer's side that a tree shows."""
    hidden: set[str] = set()
    for source in (root / "assignments").glob("*/assignment.ipynb"):
        hidden |= secrets(source.parent)
    hidden -= {"### BEGIN SOLUTION", "BEGIN HIDDEN"}  # the tools and the guide name the markers
    package = [path.read_text(encoding="utf-8") for path in (root / "lib").rglob("*.py")]
    hidden -= {
        line for line in hidden if any(line in text for text in package)
    }  # the book's own formulas are no secret
    found = []
    for path in sorted(tree.rglob("*")):
        if path.is_file() and path.suffix in SUFFIXES:
            shown = path.read_text(encoding="utf-8", errors="replace")
            found += [f"{path.relative_to(tree)}: {line}" for line in leaks(shown, hidden)]
        if path.name in ("marking.md", "mutants.py", ".git"):
            found.append(f"{path.relative_to(tree)}: this file is private")
    return found
