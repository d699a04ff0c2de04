"""The students' notebook of an assignment, made by nbgrader's preprocessors, and a search for what must not leak."""

import json
import re
from pathlib import Path
from typing import Any

from genbook.grading import cells

SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)


def release(source: Path) -> dict[str, Any]:
    """Return the notebook without solutions, hidden tests, mark schemes and outputs, with locked cells.

    Raises:
        ImportError: nbgrader is not installed.
        ValueError: something of a solution is left.
    """
    try:
        import nbformat  # noqa: PLC0415 - only in the extra `grading`
        from nbgrader import preprocessors as steps  # noqa: PLC0415
    except ImportError as error:
        raise ImportError(
            "nbgrader is missing, expected the extra `grading`: pip install 'genbook[grading]'."
        ) from error
    book, resources = nbformat.read(source, as_version=4), {}
    names = ("CheckCellMetadata", "LockCells", "ClearSolutions", "ClearOutput", "ClearHiddenTests", "ClearMarkScheme")
    for name in (*names, "ComputeChecksums", "CheckCellMetadata"):
        book, resources = getattr(steps, name)().preprocess(book, resources)
    made = json.loads(nbformat.writes(book))
    left = leaks(json.dumps(made, ensure_ascii=False), secrets(source.parent))
    if left:
        raise ValueError(f"the release of {source} still holds {left[0]!r}, expected nothing of a solution.")
    return made


def secrets(folder: Path) -> set[str]:
    """Return the lines that only the lecturer may see: solutions, model answers, and the mark scheme's table rows.

    Lines that also stand in a given cell, and short ones such as `return x`, are no secrets.
    """
    source = cells.read(folder / "assignment.ipynb")
    whole = [cells.text(cell) for cell in source["cells"]]
    hidden = [line for text in whole for part in SOLUTION.findall(text) for line in part.splitlines()]
    scheme = folder / "marking.md"
    if scheme.exists():
        hidden += [line for line in scheme.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", line)]
    given = {line.strip() for text in whole for line in SOLUTION.sub("", text).splitlines()}
    return {line.strip() for line in hidden if len(line.strip()) > 30} - given | {"### BEGIN SOLUTION", "BEGIN HIDDEN"}


def leaks(text: str, hidden: set[str]) -> list[str]:
    """Return the secrets that occur in a text, as they are or as they stand in a notebook's JSON."""
    return sorted(line for line in hidden if line in text or json.dumps(line, ensure_ascii=False)[1:-1] in text)


def validate(source: dict[str, Any], submitted: dict[str, Any]) -> list[str]:
    """Return what a student should know before handing in: cells that are missing, edited, doubled, or still empty.

    `source` may be the release: cells are matched by their grade id.
    """
    program = cells.program(source, submitted)
    found = list(program.findings)
    for name, text in program.solutions.items():
        if "raise NotImplementedError" in text or not text.strip():
            found.append(f"the solution cell {name} is not finished")
    given = {cells.grade_id(cell): cells.text(cell).strip() for cell in source["cells"]}
    for name, text in program.answers.items():
        if "YOUR ANSWER HERE" in text or not text.strip() or text.strip() == given[name]:
            found.append(f"the written answer {name} is empty")
    return found
