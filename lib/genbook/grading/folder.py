"""Grade a folder of submissions in parallel; what is done stays done when the grader is stopped."""

import hashlib
import json
import os
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from genbook.grading import cells
from genbook.grading.exercise import Exercise
from genbook.grading.judge import Judgement, Limits, judge

NAME = re.compile(r"[\w.@+-]{1,100}")


def submissions(folder: Path) -> dict[str, Path]:
    """Return the notebook of each student: `NAME.ipynb`, or the only (or `assignment`) notebook under `NAME/`.

    Raises:
        ValueError: the folder does not exist, or a name holds odd characters.
    """
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}, expected one with a notebook or a folder for each student.")
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            books = [book for book in sorted(path.rglob("*.ipynb")) if ".ipynb_checkpoints" not in book.parts]
            chosen = [book for book in books if book.stem == "assignment"] or books or [path / "assignment.ipynb"]
            found[path.name] = chosen[0]
        elif path.suffix == ".ipynb":
            found[path.stem] = path
    odd = [name for name in found if not NAME.fullmatch(name) or name.startswith(".")]
    if odd:
        raise ValueError(f"the name {odd[0]!r} holds odd characters, expected letters, digits and . _ - + @ only.")
    return found


def write(path: Path, content: str) -> None:
    """Write a file so that a reader, or a stopped writer, never leaves half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    beside.write_text(content, encoding="utf-8")
    os.replace(beside, path)


def digest(path: Path, source: dict[str, Any], limits: Limits) -> str:
    """Return what identifies a piece of work: the submission, the source and the limits."""
    content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
    return hashlib.sha256(content + json.dumps([source, limits.__dict__], sort_keys=True).encode()).hexdigest()


def report(
    source: dict[str, Any], path: Path, exercises: dict[str, Exercise], limits: Limits, user: int
) -> dict[str, Any]:
    """Judge one notebook; whatever goes wrong ends as a report."""
    started = time.monotonic()
    try:
        program = cells.program(source, cells.read(path))
    except ValueError as error:
        program, outcome = cells.Program([]), Judgement({name: str(error) for name in exercises})
        program.findings.append(str(error))
    else:
        try:
            outcome = judge(program.cells, exercises, limits, user)
        except Exception as error:  # a fault of the grader or of this machine must not stop the others
            return {"fault": f"the grader failed ({type(error).__name__}: {error}): grade this one again"}
    rows = {
        name: {
            "points": exercise.points * (outcome.failed[name] is None),
            "of": exercise.points,
            "why": outcome.failed[name],
        }
        for name, exercise in exercises.items()
    }
    return {
        "exercises": rows,
        "automatic": sum(row["points"] for row in rows.values()),
        "by_hand": cells.points(source, "hand"),
        "answers": program.answers,
        "findings": program.findings,
        "errors": sorted(set(outcome.errors.values())),
        "protections": outcome.protections,
        "seconds": round(time.monotonic() - started, 1),
    }


def grade(
    source: dict[str, Any], folder: Path, out: Path, exercises: dict[str, Exercise], limits: Limits, cores: int = 2
) -> dict[str, dict[str, Any]]:
    """Grade every submission that has no report yet (or has changed since); return all reports by student.

    A report is one file, written at once when its submission is done: the grader can be killed at any time and started
    again. A submission that fails to be graded, by a fault of this machine, is tried again at the next start.
    """
    students, reports, todo = submissions(folder), {}, {}
    for name, path in students.items():
        mark, file = digest(path, source, limits), out / f"{name}.json"
        old = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        if old.get("digest") == mark and "fault" not in old:
            reports[name] = old
        else:
            todo[name] = (path, mark)
    slots = list(range(60_000, 60_000 + cores))  # each job of its own user, so that one cannot signal another

    def work(name: str) -> dict[str, Any]:
        path, mark = todo[name]
        slot = slots.pop()
        try:
            done = {"student": name, "digest": mark, **report(source, path, exercises, limits, slot)}
        finally:
            slots.append(slot)
        write(out / f"{name}.json", json.dumps(done, indent=1) + "\n")
        return done

    with ThreadPoolExecutor(cores) as pool:
        jobs = {pool.submit(work, name): name for name in todo}
        for job in as_completed(jobs):
            reports[jobs[job]] = job.result()
            print(f"{len(reports)} of {len(students)}: {jobs[job]}", flush=True)
    return {name: reports[name] for name in students}
