"""Write the trained MADE of the page, with a card, for the live figure "made-sampler".

Run from the root of the book:  python benchmarks/live_made_digits.py
The weights are those that `made_digits.py` stored, in half precision. The card states the likelihood of exactly these.
"""

import json
import platform
from hashlib import sha256
from pathlib import Path

import torch
from made_digits import GREY, MIXTURE, made
from torch import Tensor

from genbook.evaluation import Estimate, nats
from genbook.interactive import made_bytes, made_from_bytes
from genbook.training import load_weights

CLASSES = (3, 8, 0, 5, 9, 2, 6, 4, 7, 1)  # the order in which the figure offers its examples
TARGET = Path(__file__).parents[1] / "book" / "live" / "models" / "made-digits.safetensors"


def one_of_each_class(x: Tensor, y: Tensor) -> Tensor:
    """Return the first image of each class, shape (10, 64)."""
    return x[[int((y == label).nonzero()[0, 0]) for label in CLASSES]]


def plain(estimate: Estimate) -> dict[str, float | int | str]:
    """Return an estimate as JSON can hold it."""
    mean, error = round(estimate.mean, 4), round(estimate.standard_error, 4)
    return {"mean": mean, "standard_error": error, "n": estimate.n, "relation": estimate.relation, "unit": "nats"}


def main() -> None:
    """Measure on the whole splits what a reader of the file gets, and write file and card."""
    torch.set_num_threads(1)
    model = made(MIXTURE).eval()
    trained = load_weights(model, "made-digits")
    content = made_bytes(model, examples=one_of_each_class(*GREY.test), dtype=torch.float16)
    stored = made_from_bytes(content)
    card = {
        "figure": "made-sampler",
        "model": "MADE, two hidden layers of 512, direct connection, discretised logistic mixture of 5, raster order",
        "command": "python benchmarks/live_made_digits.py",
        "weights": "made-digits",
        "seed": trained["seed"],
        "steps": trained["steps"],
        "chosen": "averaged weights at the step of the best validation likelihood",
        "data": "digits, 17 levels: 1,000 to train, 350 to choose, 447 to test; the examples are test images",
        "precision": "half; metrics of the rounded weights, computed in double precision",
        "metrics": {
            "valid": plain(nats(stored, GREY.valid.x.double())),
            "test": plain(nats(stored, GREY.test.x.double())),
        },
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "bytes": len(content),
        "sha256": sha256(content).hexdigest(),
    }
    TARGET.write_bytes(content)
    TARGET.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")


if __name__ == "__main__":
    main()
