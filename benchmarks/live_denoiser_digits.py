"""Train the denoiser of the live figure "denoise-digits" and write it with a card.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/live_denoiser_digits.py
An MLP predicts v under the cosine schedule, given the class in 85 % of the rows. The card states the loss, and how
well guided draws are recognised, of exactly the stored weights in half precision.
"""

import json
import platform
from hashlib import sha256
from pathlib import Path

import torch
from torch import Tensor
from torch.optim.lr_scheduler import LinearLR

from genbook.data import batches, digits
from genbook.diffusion import (
    Cosine,
    DenseNetwork,
    NetworkDenoiser,
    Velocity,
    ddim,
    even_times,
    low_discrepancy,
    q_xt_x0,
)
from genbook.evaluation import digit_classifier, frechet_distance
from genbook.interactive import denoiser_bytes, denoiser_from_bytes
from genbook.numerics import seeded
from genbook.training import EMA, Schedule, fit

SEED, STEPS, BATCH, UNKNOWN, CLASSES, TOP = 0, 12_000, 128, 0.15, 10, 16
SCHEDULE, DATA = Cosine(), digits()
TARGET = Path(__file__).parents[1] / "book" / "live" / "models" / "denoise-digits.safetensors"


def unit(x: Tensor) -> Tensor:
    """Return levels 0, ..., 16 on [-1, 1]."""
    return 2 * x / TOP - 1


def velocity_loss(network: DenseNetwork, x: Tensor, c: Tensor, t: Tensor, eps: Tensor) -> Tensor:
    """Return the squared error of v a pixel, (B,)."""
    alpha, sigma = SCHEDULE.alpha(t)[:, None], SCHEDULE.sigma(t)[:, None]
    v = Velocity().target(x, eps, alpha, sigma)
    return (network(q_xt_x0(x, alpha, sigma, eps), t, c) - v).square().mean(1)


def train() -> tuple[DenseNetwork, float]:
    """Return the averaged network and the CPU seconds."""
    network = DenseNetwork(64, CLASSES, (320, 320, 320), dropout=0.1)

    def loss(batch: tuple[Tensor, Tensor]) -> Tensor:
        x, y = batch
        c = torch.where(torch.rand(len(y)) < UNKNOWN, CLASSES, y)
        return velocity_loss(network, unit(x), c, low_discrepancy(len(x), torch.rand(())), torch.randn_like(x)).mean()

    adam = torch.optim.Adam(network.parameters(), 1e-3)
    average = EMA(network, 0.999)
    fade = Schedule(LinearLR(adam, 1.0, 0.0, STEPS))
    history = fit(loss, network, batches(DATA.train, BATCH, SEED), STEPS, adam, callbacks=[average, fade])
    return average.module.eval(), history.cpu_seconds


@torch.no_grad()
def valid_loss(network: DenseNetwork) -> float:
    """Return the mean loss over the validation images at forty times each."""
    x, y = unit(DATA.valid.x).double(), DATA.valid.y.long()
    with seeded(1):
        draws = [
            velocity_loss(network, x, y, low_discrepancy(len(x), torch.rand(())).double(), torch.randn_like(x))
            for _ in range(40)
        ]
    return torch.stack(draws).mean().item()


def guided(network: DenseNetwork, scale: float, steps: int = 25, each: int = 100) -> dict[str, float]:
    """Return what guided draws look like to the classifier: `each` a class."""
    c = torch.arange(CLASSES).repeat(each)

    def v(x: Tensor, t: Tensor) -> Tensor:
        free = network(x, t)
        return free + scale * (network(x, t, c) - free)

    with seeded(5):
        noise = torch.randn(len(c), 64, dtype=torch.float64)
    x = ddim(NetworkDenoiser(v, SCHEDULE, Velocity()), SCHEDULE, noise, even_times(0.98, 0.0, steps))
    drawn, judge = ((x + 1) * TOP / 2).round().clamp(0, TOP).float(), digit_classifier()
    agree = (judge(drawn).argmax(-1) == c).float().mean().item()
    distance = frechet_distance(judge.features(drawn), judge.features(DATA.train.x))
    return {"scale": scale, "recognised": round(agree, 4), "frechet": round(float(distance), 3)}


def main() -> None:
    """Train, measure what is stored, and write file and card."""
    torch.set_num_threads(1)
    with seeded(SEED):
        network, seconds = train()
    content = denoiser_bytes(network, TOP + 1)
    stored, judge = denoiser_from_bytes(content), digit_classifier()
    floor = frechet_distance(judge.features(DATA.valid.x), judge.features(DATA.train.x))
    card = {
        "figure": "denoise-digits",
        "model": "MLP 64 + 32 + 10 -> 320 -> 320 -> 320 -> 64 with SiLU, predicts v, cosine schedule",
        "command": "OMP_NUM_THREADS=1 python benchmarks/live_denoiser_digits.py",
        "seed": SEED,
        "steps": STEPS,
        "cpu_seconds": round(seconds, 1),
        "data": "digits: 1,000 to train, 350 to choose the size and the dropout",
        "precision": "half; metrics of the rounded weights, computed in double precision",
        "metrics": {
            "valid": {"mean": round(valid_loss(stored), 4), "unit": "squared error of v a pixel"},
            "guided": [guided(stored, scale) for scale in (1.0, 2.0, 3.0)],
            "frechet of 350 validation images": round(float(floor), 3),
        },
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "bytes": len(content),
        "sha256": sha256(content).hexdigest(),
    }
    TARGET.write_bytes(content)
    TARGET.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")


if __name__ == "__main__":
    main()
