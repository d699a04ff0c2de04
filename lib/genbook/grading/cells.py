"""What of a submission is run: the given cells from the source, and the student's solution cells by their grade id."""

import ast
import dis
import json
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

LARGEST = 20_000_000  # bytes of a submitted notebook


@dataclass
class Program:
    """The cells to run, the solution texts by grade id, the hand-marked answers, and what was found on the way."""

    cells: list[str]
    solutions: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)


def read(path: Path) -> dict[str, Any]:
    """Return a notebook as a dict.

    Raises:
        ValueError: the file is a link, too large, or no notebook.
    """
    if path.is_symlink() or not path.is_file():
        raise ValueError(f"{path.name} is no plain file, expected a notebook.")
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} has {path.stat().st_size} bytes, expected at most {LARGEST}.")
    try:
        book = json.loads(path.read_text(encoding="utf-8"))
        cells = book["cells"]
        assert all(isinstance(cell["cell_type"], str) and isinstance(text(cell), str) for cell in cells)
    except (ValueError, KeyError, TypeError, AssertionError, RecursionError) as error:
        raise ValueError(
            f"{path.name} is no notebook ({type(error).__name__}), expected one in the format 4."
        ) from error
    return book


def text(cell: dict[str, Any]) -> str:
    """Return the source of a cell."""
    return "".join(cell["source"])


def grade_id(cell: dict[str, Any]) -> str | None:
    """Return the grade id of a cell, or None where it is not part of the marking."""
    marks = cell.get("metadata", {}).get("nbgrader") if isinstance(cell.get("metadata"), dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else None


def kind(cell: dict[str, Any]) -> str:
    """Return "given", "solution" (code that the student writes), "test" (locked check) or "hand" (marked by hand)."""
    if grade_id(cell) is None:
        return "given"
    marks = cell["metadata"]["nbgrader"]
    if marks.get("solution"):
        return "hand" if marks.get("grade") else "solution"
    return "test" if marks.get("grade") else "given"


def points(source: dict[str, Any], of: str) -> dict[str, int]:
    """Return the points of the cells of one kind by grade id."""
    return {grade_id(c): c["metadata"]["nbgrader"]["points"] for c in source["cells"] if kind(c) == of}


def program(source: dict[str, Any], submitted: dict[str, Any] | None) -> Program:
    """Join the source with a submission; without one, the reference solutions stay.

    Of the given cells only what defines something that a function needs is kept: plots, worked calls and checks are not
    run. Cells that a student has added are not run either, and a finding says so.
    """
    theirs = _by_id(submitted) if submitted is not None else None
    result, written = Program([]), []
    for cell in source["cells"]:
        name, what = grade_id(cell), kind(cell)
        if theirs is None or what == "given":
            replaced = text(cell)
        else:
            replaced = _replacement(cell, theirs.get(name, []), result.findings)
        if what == "solution":
            result.solutions[name] = replaced
        elif what == "hand":
            result.answers[name] = replaced
        if cell["cell_type"] == "code" and what in ("given", "solution"):
            result.cells.append(replaced if what == "solution" else text(cell))
            written.append(what == "solution")
    if submitted is not None:
        _added(source, submitted, result.findings)
    result.cells = needed(result.cells, written)
    return result


def _by_id(book: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for cell in book["cells"]:
        if grade_id(cell):
            found.setdefault(grade_id(cell), []).append(cell)
    return found


def _replacement(cell: dict[str, Any], theirs: list[dict[str, Any]], findings: list[str]) -> str:
    """Return the student's text of a cell of the source, and note what is missing, doubled or edited."""
    name, what = grade_id(cell), kind(cell)
    if not theirs:
        findings.append(f"the cell {name} is missing" + (": its check is run all the same" if what == "test" else ""))
        return ""
    if len(theirs) > 1:
        findings.append(f"the cell {name} occurs {len(theirs)} times: the first one counts")
    if what == "test" and text(theirs[0]).strip() != text(cell).strip():
        findings.append(f"the locked cell {name} was edited: the original is run")
    if theirs[0]["cell_type"] != cell["cell_type"]:
        findings.append(f"the cell {name} has changed its type to {theirs[0]['cell_type'][:20]}: it counts as empty")
        return ""
    return text(theirs[0])


def _added(source: dict[str, Any], submitted: dict[str, Any], findings: list[str]) -> None:
    given = {text(cell).strip() for cell in source["cells"] if kind(cell) == "given"}
    ids = {grade_id(cell) for cell in source["cells"]} - {None}
    other = [c for c in submitted["cells"] if c["cell_type"] == "code" and grade_id(c) not in ids and text(c).strip()]
    extra = sum(text(cell).strip() not in given for cell in other)
    if extra:
        findings.append(f"{extra} added or changed code cells are not run: what counts stands in the solution cells")


def needed(cells: list[str], written: list[bool]) -> list[str]:
    """Keep what the student wrote; of given cells the imports, functions, classes, and names that functions read."""
    trees = [None if theirs else ast.parse(cell) for cell, theirs in zip(cells, written, strict=True)]
    wanted: set[str] = set()
    for cell, tree in zip(cells, trees, strict=True):
        if tree is None:
            wanted |= _globals(cell)
        else:
            wanted |= _globals(ast.unparse(ast.Module([node for node in tree.body if _defines(node)], [])))
    kept = list(cells)
    for index in reversed(range(len(cells))):  # what a kept assignment reads was assigned before it
        tree = trees[index]
        if tree is None:
            continue
        body = []
        for node in reversed(tree.body):
            if _defines(node) or (isinstance(node, ast.Assign | ast.AnnAssign) and _targets(node) & wanted):
                body.insert(0, node)
                wanted |= _globals(ast.unparse(node))
        kept[index] = ast.unparse(ast.Module(body, []))
    return kept


def _defines(node: ast.AST) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)


def _targets(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}


def _globals(source: str) -> set[str]:
    """The names that a piece of code reads from its module, in its functions too."""
    try:
        todo, found = [compile(source, "<cell>", "exec")], set()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    while todo:
        code = todo.pop()
        found |= {
            str(step.argval) for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
        }
        todo += [const for const in code.co_consts if isinstance(const, CodeType)]
    return found
