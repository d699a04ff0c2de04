"""Results that take longer than a page may: written by the scripts in `benchmarks/`, read by the pages.

Every file holds the rows of a table and what it takes to believe them: the command, the seeds, the versions, the
hardware and the day. They travel with the package, so a page finds them wherever it runs.
"""

import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch

FOLDER = Path(str(files("genbook.results")))


def read(name: str) -> dict[str, Any]:
    """Return the result `name`: `rows` (a list of dicts) beside `command`, `seeds`, `versions`, `hardware`, `day`.

    Raises:
        ValueError: there is no result of that name.
    """
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in FOLDER.glob("*.json"))) or "none yet"
        raise ValueError(f"there is no result {name!r}, expected one of: {known}. Run the script in benchmarks/ first.")
    return json.loads(path.read_text(encoding="utf-8"))


def write(name: str, rows: Sequence[Mapping[str, Any]], seeds: Sequence[int], note: str = "") -> Path:
    """Write the rows of a result with everything needed to repeat it, atomically; return the path.

    Raises:
        ValueError: there are no rows.
    """
    if not rows:
        raise ValueError(f"the result {name!r} has no rows, expected at least one.")
    record = {
        "command": " ".join(["python", *(_short(arg) for arg in sys.argv)]),
        "seeds": list(seeds),
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "genbook": version("genbook")},
        "hardware": hardware(),
        "day": date.today().isoformat(),
        "note": note,
        "rows": [dict(row) for row in rows],
    }
    path = FOLDER / f"{name}.json"
    with tempfile.NamedTemporaryFile("w", dir=FOLDER, suffix=".partial", delete=False, encoding="utf-8") as file:
        json.dump(record, file, indent=1, ensure_ascii=False)
        file.write("\n")
    os.chmod(file.name, 0o644)  # a temporary file is the writer's alone
    os.replace(file.name, path)
    return path


def joined(name: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the stored rows of result `name`, joined with `rows` by model and, inside a model, by seed.

    For scripts that train one seed, or one model, a process: each passes what it measured itself, such as
    `[{"model": ..., "runs": [{"seed": ...}]}]`. Of two runs of a seed the new one counts; a run without a seed, of a
    model that draws nothing, is one such. Models keep the order of the store, and new ones follow.

    Raises:
        ValueError: the stored result has rows that are no lists of runs.
    """
    stored = read(name)["rows"] if (FOLDER / f"{name}.json").is_file() else []
    if any("runs" not in row for row in stored):
        raise ValueError(f"the result {name!r} has rows without runs, expected a model and its runs in each row.")
    known = {row["model"]: row for row in stored}
    for row in rows:
        before = known.get(row["model"], {"runs": []})["runs"]
        runs = {run.get("seed", -1): run for run in [*before, *row["runs"]]}
        known[row["model"]] = {**row, "runs": [runs[seed] for seed in sorted(runs)]}
    return list(known.values())


def hardware() -> str:
    """Return the processor or GPU that torch computes on, and with how many threads."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return f"{platform.machine()} processor, {torch.get_num_threads()} thread(s) of {os.cpu_count()}"


def _short(arg: str) -> str:
    """Return a path relative to the folder the script was started in, anything else as it is."""
    path = Path(arg)
    return path.relative_to(Path.cwd()).as_posix() if path.is_absolute() and path.is_relative_to(Path.cwd()) else arg
