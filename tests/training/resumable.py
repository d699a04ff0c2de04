"""A run with dropout, batch norm, EMA, a schedule and validation, as a script: the checkpoint tests start and kill it.

    python resumable.py CHECKPOINT RESULT STEPS [KILL_AT]

With KILL_AT it sends itself SIGKILL when that step's batch is asked for. The final state goes to RESULT.
"""

import os
import signal
import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from genbook import training

STEPS_BETWEEN = 4


def data(step: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(step)
    x = torch.randn(16, 5, generator=generator)  # (B, 5)
    return x, x.sum(1, keepdim=True)


def network() -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(7)
        return nn.Sequential(nn.Linear(5, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 1))


def train(path: Path, steps: int, kill_at: int = -1) -> dict[str, Tensor]:
    """Run, or go on, and return every number that has to come out the same."""
    module = network()
    ema = training.EMA(module, 0.9)

    def loss_fn(batch: tuple[Tensor, Tensor]) -> Tensor:
        x, y = batch
        return ((module(x) - y) ** 2).mean()

    def batches(step: int) -> tuple[Tensor, Tensor]:
        if step == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return data(step)

    def held_out(model: nn.Module) -> Tensor:
        x, y = data(10_000)
        return ((model(x) - y) ** 2).mean()

    torch.manual_seed(3)
    optimizer = torch.optim.AdamW(module.parameters(), lr=1e-2)
    validate = training.Validate(held_out, 5, module=ema.module)
    history = training.fit(
        loss_fn,
        module,
        batches,
        steps,
        optimizer,
        callbacks=[
            training.Checkpoint(path, STEPS_BETWEEN),  # first in the list: it still saves last
            training.ClipGradient(1.0),
            training.Schedule(lambda opt: torch.optim.lr_scheduler.CosineAnnealingLR(opt, 200)),
            ema,
            validate,
        ],
    )
    state = {f"module.{k}": v for k, v in module.state_dict().items()}
    state |= {f"ema.{k}": v for k, v in ema.module.state_dict().items()}
    valid = [value for _, value in history.metrics["valid"]]
    state |= {
        "losses": torch.tensor(history.losses, dtype=torch.float64),
        "valid": torch.tensor(valid, dtype=torch.float64),
        "best": torch.tensor([validate.best, validate.best_step], dtype=torch.float64),
        "rate": torch.tensor(optimizer.param_groups[0]["lr"], dtype=torch.float64),
        "next draw": torch.rand(3),
    }
    return state


if __name__ == "__main__":
    torch.set_num_threads(1)
    end = train(Path(sys.argv[1]), int(sys.argv[3]), *map(int, sys.argv[4:]))
    torch.save(end, sys.argv[2])
