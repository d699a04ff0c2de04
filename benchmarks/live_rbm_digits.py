"""Write the trained RBM of the page, with a card, for the live figure "rbm-gibbs".

Run from the root of the book:  python benchmarks/live_rbm_digits.py
The weights are those that `rbm_digits.py` stored, in half precision. The card states the likelihood of exactly these.
"""

import json
import platform
from hashlib import sha256
from pathlib import Path

import torch
from rbm_digits import DATA, HIDDEN
from torch import Tensor

from genbook.ebm import RBM, BernoulliVisible, HiddenSum
from genbook.evaluation import nats
from genbook.interactive import rbm_bytes, rbm_from_bytes
from genbook.training import load_weights

CLASSES = (3, 8, 0, 5, 9, 2, 6, 4, 7, 1)  # the order in which the figure offers its examples
TARGET = Path(__file__).parents[1] / "book" / "live" / "models" / "rbm-digits.safetensors"


def measured(rbm: RBM, x: Tensor) -> dict[str, float | int | str]:
    """Return the exact negative log-likelihood as JSON can hold it."""
    found = nats(HiddenSum(rbm), x.double())
    mean, error = round(found.mean, 4), round(found.standard_error, 4)
    return {"mean": mean, "standard_error": error, "n": found.n, "relation": found.relation, "unit": "nats"}


def main() -> None:
    """Measure on the whole splits what a reader of the file gets, and write file and card."""
    torch.set_num_threads(1)
    rbm = RBM(BernoulliVisible(64), HIDDEN)
    trained = load_weights(rbm, "rbm-digits")
    x, y = DATA.test
    examples = x[[int((y == label).nonzero()[0, 0]) for label in CLASSES]]
    content = rbm_bytes(rbm, examples=examples, dtype=torch.float16)
    stored = rbm_from_bytes(content)
    card = {
        "figure": "rbm-gibbs",
        "model": trained["model"],
        "command": "python benchmarks/live_rbm_digits.py",
        "weights": "rbm-digits",
        "seed": trained["seed"],
        "steps": trained["steps"],
        "chosen": "averaged weights at the step of the best validation likelihood",
        "data": "binary digits: 1,000 to train, 350 to choose, 447 to test; the examples are test images",
        "precision": "half; metrics of the rounded weights, computed in double precision",
        "metrics": {"valid": measured(stored, DATA.valid.x), "test": measured(stored, DATA.test.x)},
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "bytes": len(content),
        "sha256": sha256(content).hexdigest(),
    }
    TARGET.write_bytes(content)
    TARGET.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")


if __name__ == "__main__":
    main()
