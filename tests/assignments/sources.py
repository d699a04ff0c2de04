"""The assignments that exist, and their programs, for the tests of this folder."""

import importlib.util
from pathlib import Path

import torch

from genbook.grading import cells
from genbook.grading.asking import ask_here, exercises, verdict

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted(path.parent.name for path in (ROOT / "assignments").glob("*/assignment.ipynb"))


def source(chapter):
    return cells.read(ROOT / "assignments" / chapter / "assignment.ipynb")


def mutants(chapter):
    path = ROOT / "assignments" / chapter / "mutants.py"
    spec = importlib.util.spec_from_file_location(f"mutants_{chapter}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judged_here(chapter, exercise, text=""):
    """Run the reference, then a mutant's definitions, and one check in this process; return why it fails, or None."""
    names = {"__name__": "__main__"}
    for cell in cells.program(source(chapter), None).cells:
        exec(cell, names)
    exec(text, names)
    torch.seed()
    return verdict(exercises(chapter)[exercise], ask_here(names))
