"""Training steps a second of neural spline flows: genbook against zuko, nflows and normflows.

Run from the root of the book, with the extra `peers`:  OMP_NUM_THREADS=1 python benchmarks/flow_speed_spline.py
Five layers of 2x64 hidden units, 8 bins, 16 variables, batches of 256, one thread. A step is the loss, its gradient and
Adam. All libraries run in one process, turn by turn; the fastest of many turns counts, because other work on the
machine can only slow a turn down.
"""

import time
from collections.abc import Callable
from typing import Any

import normflows.flows.neural_spline.autoregressive as normflows_masked
import normflows.flows.neural_spline.coupling as normflows_coupling
import torch
import zuko
from nflows.transforms.autoregressive import MaskedPiecewiseRationalQuadraticAutoregressiveTransform
from nflows.transforms.coupling import PiecewiseRationalQuadraticCouplingTransform
from torch import Tensor, nn

from genbook import results
from genbook.flows import spline_autoregressive, spline_coupling
from genbook.nn import MLP, StandardNormal
from genbook.numerics import seeded

DIM, LAYERS, HIDDEN, BINS, BOUND, BATCH, SEED = 16, 5, (64, 64), 8, 5.0, 256, 0
TURNS, STEPS = 20, 8
SPLINE: dict[str, Any] = {"num_bins": BINS, "tails": "linear", "tail_bound": BOUND}
# one block that is not residual has the two hidden layers of the others
MADE: dict[str, Any] = {"features": DIM, "hidden_features": HIDDEN[0], "num_blocks": 1, "use_residual_blocks": False}


class Network(MLP):
    """The conditioner of a coupling as nflows and normflows call it; they scale its outputs by `hidden_features`."""

    hidden_features = HIDDEN[0]

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, HIDDEN, outputs, activation=nn.ReLU)

    def forward(self, x: Tensor, context: None = None) -> Tensor:
        return super().forward(x)


class Peer(nn.Module):
    """Layers of another library, with the reversal between them and the normal base that all flows here have."""

    def __init__(self, build: Callable[[int], nn.Module], reverse: bool) -> None:
        super().__init__()
        self.layers, self.base, self.reverse = nn.ModuleList(map(build, range(LAYERS))), StandardNormal(DIM), reverse

    def loss(self, x: Tensor) -> Tensor:
        total = x.new_zeros(len(x))
        for i, layer in enumerate(self.layers):
            x, log_det = layer(x.flip(1) if self.reverse and i else x)
            total = total + log_det
        return -(self.base.log_prob(x) + total).mean()


class Zuko(nn.Module):
    """zuko's flow with the name `loss`."""

    def __init__(self, passes: int | None) -> None:
        super().__init__()
        self.flow = zuko.flows.NSF(DIM, transforms=LAYERS, hidden_features=HIDDEN, bins=BINS, passes=passes)

    def loss(self, x: Tensor) -> Tensor:
        return -self.flow().log_prob(x).mean()


def mask(layer: int) -> Tensor:
    """Even and odd variables in turn."""
    return (torch.arange(DIM) + layer) % 2


def entrants() -> dict[str, dict[str, nn.Module]]:
    """Return the flows of each kind by library."""
    nflows_masked = MaskedPiecewiseRationalQuadraticAutoregressiveTransform
    masked = normflows_masked.MaskedPiecewiseRationalQuadraticAutoregressive
    nflows_coupling = PiecewiseRationalQuadraticCouplingTransform
    coupling = normflows_coupling.PiecewiseRationalQuadraticCoupling
    return {
        "autoregressive": {
            "genbook": spline_autoregressive(DIM, LAYERS, HIDDEN, BINS, BOUND),
            "zuko": Zuko(None),
            "nflows": Peer(lambda _: nflows_masked(**MADE, **SPLINE), True),
            "normflows": Peer(lambda _: masked(**MADE, **SPLINE), True),
        },
        "coupling": {
            "genbook": spline_coupling(DIM, LAYERS, HIDDEN, BINS, BOUND),
            "zuko": Zuko(2),
            "nflows": Peer(lambda i: nflows_coupling(mask(i), Network, **SPLINE), False),
            "normflows": Peer(lambda i: coupling(mask(i), Network, **SPLINE), False),
        },
    }


def stepper(model: nn.Module) -> Callable[[], None]:
    """Return a function that takes one training step."""
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    x = torch.randn(BATCH, DIM)

    def step() -> None:
        optimizer.zero_grad()
        model.loss(x).backward()
        optimizer.step()

    return step


def seconds(step: Callable[[], None]) -> float:
    """Return the CPU time of one step, the mean over a turn."""
    start = time.process_time()
    for _ in range(STEPS):
        step()
    return (time.process_time() - start) / STEPS


def rows_of(kind: str, models: dict[str, nn.Module]) -> list[dict[str, Any]]:
    """Return one row a library."""
    steps = {name: stepper(model) for name, model in models.items()}
    turns = [{name: seconds(step) for name, step in steps.items()} for _ in range(TURNS + 2)][2:]
    best = {name: min(turn[name] for turn in turns) for name in models}
    return [
        {
            "kind": kind,
            "library": name,
            "parameters": sum(p.numel() for p in model.parameters()),
            "ms a step": 1e3 * best[name],
            "steps a second": 1 / best[name],
            "genbook is faster by": best[name] / best["genbook"],
        }
        for name, model in models.items()
    ]


def main() -> None:
    """Measure, print the table and write the result."""
    torch.set_num_threads(1)
    with seeded(SEED):
        rows = [row for kind, models in entrants().items() for row in rows_of(kind, models)]
    for row in rows:
        print(row)
    sizes = f"{LAYERS} layers of {HIDDEN}, {BINS} bins, D={DIM}, batch {BATCH}"
    note = f"{sizes}; one thread; CPU time, the fastest of {TURNS} turns of {STEPS} steps"
    print(results.write("flow_speed_spline", rows, [SEED], note))


if __name__ == "__main__":
    main()
