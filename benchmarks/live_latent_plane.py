"""Train the VAE with two latent variables of the page, and write its decoder for the live figure "latent-plane".

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/live_latent_plane.py
It is the first seed of the row "standard normal" of `vae_priors.py`. Each card states the bound of what its file holds.
"""

import json
import platform
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from vae_digits import GREY, bounds, train
from vae_priors import STEPS, standard, two_latents

from genbook.interactive.export_plane import plane_bytes
from genbook.training import save_weights

TARGET = Path(__file__).parents[1] / "book" / "live" / "models" / "latent-plane.safetensors"
SEED = 0


def facts(model: torch.nn.Module, steps: int) -> dict[str, Any]:
    """Return what both cards say; the bound is that of the rounded weights."""
    measured = bounds(model, GREY.test.x)
    return {
        "command": "python benchmarks/live_latent_plane.py",
        "model": "VAE with 2 latent variables, MLPs of two layers of 256 on both sides, SiLU, standard normal prior, "
        "discretised logistic mixture of 5",
        "data": "digits, 17 levels: 1,000 to train, 350 to choose, 447 to test",
        "seed": SEED,
        "steps": steps,
        "chosen": "averaged weights at the step of the best validation bound",
        "precision": "half; metrics of the rounded weights",
        "metrics": {
            "test nats, <=": round(measured["elbo"], 3),
            "test nats by 500 draws, <=": round(measured["iwae"], 3),
        },
    }


def main() -> None:
    """Train, round, measure, and write files and cards."""
    torch.set_num_threads(1)
    model, run = train(GREY, lambda: two_latents(standard), STEPS, SEED)
    model = model.half().float().eval()
    card = facts(model, run["steps"])
    save_weights(model, "vae-plane", card, torch.float16)
    content = plane_bytes(model, GREY.test.x, GREY.test.y)
    versions = {"python": platform.python_version(), "torch": torch.__version__}
    full = {"figure": "latent-plane", **card, "versions": versions, "bytes": len(content)}
    TARGET.write_bytes(content)
    full["sha256"] = sha256(content).hexdigest()
    TARGET.with_suffix(".json").write_text(json.dumps(full, indent=2) + "\n")


if __name__ == "__main__":
    main()
