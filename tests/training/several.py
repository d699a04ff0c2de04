"""Small trainings as a script that runs unchanged alone and under torchrun; every process saves what it saw.

python several.py FOLDER
python -m torch.distributed.run --nproc-per-node 2 several.py FOLDER
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from genbook import training

ROWS = 12


def data(step: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(step)
    x = torch.randn(ROWS, 3, generator=generator)
    return x, (x**2).sum(1, keepdim=True)


def network(seed: int, noisy: bool = False) -> nn.Module:
    torch.manual_seed(seed)
    middle = [nn.BatchNorm1d(16), nn.Dropout(0.5)] if noisy else []
    return nn.Sequential(nn.Linear(3, 16), *middle, nn.Tanh(), nn.Linear(16, 1))


def plain(folder: Path) -> dict[str, Tensor]:
    """No noise and no batch statistics: one process with the joint batch has the same result."""
    model = network(int(os.environ.get("RANK", "0")))  # the replicas are built differently on purpose
    clip = training.ClipGradient(1.0)
    history = training.fit(lambda b: (model(b[0]) - b[1]).square().mean(), model, data, 30, callbacks=[clip])
    return model.state_dict() | {"losses": torch.tensor(history.losses)}


def noisy(folder: Path, checkpoint: str = "noisy.pt", steps: int = 12) -> dict[str, Tensor]:
    """Dropout, batch norm, EMA, validation with a number that differs between processes, checkpoints."""
    model = network(0, noisy=True)
    ema = training.EMA(model, 0.9)
    masks = []
    model[2].register_forward_hook(lambda layer, inputs, output: masks.append((output == 0).detach()))
    callbacks = [
        ema,
        training.Validate(lambda m: 1.0 + int(os.environ.get("RANK", "0")), 3),
        training.Checkpoint(folder / checkpoint, 6),
    ]
    history = training.fit(lambda b: (model(b[0]) - b[1]).square().mean(), model, data, steps, callbacks=callbacks)
    valid = torch.tensor([value for _, value in history.metrics["valid"]])
    state = model.state_dict() | {f"ema.{k}": v for k, v in ema.module.state_dict().items()}
    return state | {"losses": torch.tensor(history.losses), "valid": valid, "noise": masks[0]}


def resumed(folder: Path) -> dict[str, Tensor]:
    """Half of `noisy`, and then the rest from its checkpoint."""
    noisy(folder, "half.pt", 6)
    return noisy(folder, "half.pt", 12)


def score(folder: Path) -> dict[str, Tensor]:
    """A loss with a gradient inside and a layer that it does not use."""
    model = network(0)
    model.append(nn.Identity()).register_module("spare", nn.Linear(2, 2))

    def loss_fn(batch: tuple[Tensor, Tensor]) -> Tensor:
        x = batch[0].requires_grad_()
        energy = model[2](model[1](model[0](x))).sum()
        (slope,) = torch.autograd.grad(energy, x, create_graph=True)
        return (slope - 2 * x).square().mean()

    training.fit(loss_fn, model, data, 10)
    return model.state_dict()


def adversarial(folder: Path) -> dict[str, Tensor]:
    critic, generator = network(0), nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    training.fit_adversarial(
        training.Player(critic, lambda b, z: critic(generator(z)).mean() - critic(b[0]).mean()),
        training.Player(generator, lambda z: -critic(generator(z)).mean()),
        data,
        lambda n: torch.randn(n, 2),
        5,
        2,
    )
    return critic.state_dict() | {f"generator.{k}": v for k, v in generator.state_dict().items()}


def error(trial: Callable[[], object]) -> str:
    try:
        trial()
    except (ValueError, FloatingPointError) as caught:
        return str(caught)
    return ""


def errors(folder: Path) -> dict[str, str]:
    model = network(0)

    def odd(step: int) -> Tensor:
        return torch.ones(7, 3)

    def lame(x: Tensor) -> Tensor:
        return model(x).mean() / (x[0, 0] != ROWS - 1)  # infinite where the last row's process looks

    rows = torch.arange(ROWS, dtype=torch.float32)[:, None].expand(ROWS, 3).flip(0)
    return {
        "odd": error(lambda: training.fit(lambda x: model(x).mean(), model, odd, 1)),
        "lame": error(lambda: training.fit(lame, model, lambda step: rows, 1)),
    }


TRIALS = (plain, noisy, resumed, score, adversarial, errors)

if __name__ == "__main__":
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    seen = {trial.__name__: trial(folder) for trial in TRIALS}
    seen["bar"] = training.progress.stream() is not None
    torch.save(seen, folder / f"rank{os.environ.get('RANK', '0')}.pt")
