"""Write the model file of the live figure `ppca-directions`: the spectrum of the training digits, and examples.

python benchmarks/live_ppca_digits.py
"""

import json
import platform
from hashlib import sha256
from pathlib import Path

import torch
from safetensors.torch import save

from genbook.data import digits
from genbook.vae import PPCA, spectrum

TARGET = Path(__file__).parents[1] / "book" / "live" / "models" / "ppca-digits.safetensors"
UNIFORM = 1 / 12  # the variance that uniform noise in [-0.5, 0.5) adds to every eigenvalue


def main() -> None:
    """Take the exact covariance of grey levels plus uniform noise, and one test digit of every class."""
    data = digits()
    mean, values, vectors = spectrum(data.train.x.double())
    first = [int((data.test.y == label).nonzero()[0]) for label in range(10)]
    tensors = {
        "mean": mean,
        "values": values + UNIFORM,
        "directions": vectors.T.contiguous(),
        "examples": data.test.x[first].to(torch.uint8),
    }
    content = save(tensors)
    TARGET.write_bytes(content)
    card = {
        "figure": "ppca-directions",
        "model": "mean, eigenvalues and eigenvectors of the covariance of grey levels plus uniform noise",
        "command": "python benchmarks/live_ppca_digits.py",
        "seed": None,
        "steps": 0,
        "data": "digits, 17 levels: the 1,000 training images; the examples are the first test image of every class",
        "precision": "double",
        "metrics": {
            "noise variance at the maximum, 32 latents": PPCA.fitted(data.train.x, 32).variance.item() + UNIFORM
        },
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "bytes": len(content),
        "sha256": sha256(content).hexdigest(),
    }
    TARGET.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
