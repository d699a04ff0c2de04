"""What the references of the assignments reach when they train, over 20 seeds: the ground of the checks' thresholds.

Run from the root of the book:  GENBOOK_BUDGET=cpu python benchmarks/assignment_thresholds.py [chapter ...]
and again with GENBOOK_BUDGET=smoke. Every number is measured as the check measures it, from the weights alone, with
fresh random numbers. The result is assignments/thresholds.json; a threshold is the worst seed plus a margin of at least
one standard deviation (the constants THRESHOLD in genbook.grading.checks; a test compares them).
"""

import ast
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import torch

from genbook import results
from genbook.grading.truth import autoregressive, diffusion, flows, vae
from genbook.training import tier

ROOT = Path(__file__).resolve().parent.parent
STORE = ROOT / "assignments" / "thresholds.json"
SEEDS = range(20)
# chapter -> (what is measured, how)
MEASURES: dict[str, tuple[str, Callable[[Any, torch.Generator], float]]] = {
    "autoregressive": ("cost of a test image, nats", lambda weights, rng: autoregressive.cost_of(weights)),
    "vae": ("cost of a test digit, <= nats", vae.negative_elbo_of),
    "flows": ("mean cost of fresh points, nats", lambda weights, rng: flows.cost_of(*flows.trained(weights), rng)),
    "diffusion": ("mean square distance from the exact velocity", diffusion.excess),
}


def reference(chapter: str) -> dict[str, Any]:
    """Return what the assignment's notebook imports and defines; nothing else of it is run."""
    book = json.loads((ROOT / "assignments" / chapter / "assignment.ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    keep = [node for cell in cells for node in ast.parse("".join(cell["source"])).body if _defines(node)]
    names: dict[str, Any] = {}
    exec(compile(ast.Module(keep, []), chapter, "exec"), names)  # our own source
    return names


def _defines(node: ast.AST) -> bool:
    """Whether a statement imports, defines a function, or names a constant or the data that training reads."""
    if isinstance(node, ast.Assign):
        names = {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
        return all(name.isupper() for name in names) or names <= {"binary", "moons", "ring"}
    from_grading = isinstance(node, ast.ImportFrom) and node.module == "genbook.grading"
    return isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef) and not from_grading


def main() -> None:
    """Measure chapter by chapter at the budget in force, and store each as soon as it is known."""
    torch.set_num_threads(1)
    for chapter in sys.argv[1:] or MEASURES:
        unit, measure = MEASURES[chapter]
        names, values, start = reference(chapter), [], time.process_time()
        for seed in SEEDS:
            values.append(measure(names["train"](seed), torch.Generator().manual_seed(seed)))
            print(chapter, tier(), seed, round(values[-1], 4), flush=True)
        store = json.loads(STORE.read_text(encoding="utf-8")) if STORE.exists() else {}
        store.setdefault(chapter, {})[tier()] = {
            "unit": unit,
            "worst": round(max(values), 4),
            "mean": round(statistics.mean(values), 4),
            "std": round(statistics.stdev(values), 4),
            "values": [round(value, 4) for value in values],
            "seeds": list(SEEDS),
            "cpu_seconds_a_seed": round((time.process_time() - start) / len(values), 1),
            "command": f"GENBOOK_BUDGET={tier()} python benchmarks/assignment_thresholds.py {chapter}",
            "versions": {"python": platform.python_version(), "torch": torch.__version__},
            "hardware": results.hardware(),
            "day": date.today().isoformat(),
        }
        STORE.write_text(json.dumps(store, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
