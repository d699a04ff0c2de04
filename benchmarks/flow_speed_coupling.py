"""Training steps a second of RealNVP over two variables, beside three other libraries, in one process and turn by turn.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/flow_speed_coupling.py
Eight affine couplings with networks of two hidden layers of 64 and ReLU, batches of 256, Adam: the same number of
parameters in all four. Needs zuko, nflows and normflows (extra `peers`).
"""

import statistics
import time
from collections.abc import Callable

import normflows
import torch
import zuko
from nflows.distributions import StandardNormal as NflowsNormal
from nflows.flows import Flow as NflowsFlow
from nflows.transforms import AffineCouplingTransform, CompositeTransform
from torch import Tensor, nn

from genbook import results
from genbook.flows import realnvp
from genbook.numerics import seeded

SEEDS, LAYERS, HIDDEN, BATCH = (0, 1, 2), 8, (64, 64), 256
TURNS, STEPS = 25, 8


class Network(nn.Sequential):
    """The conditioner that nflows asks for: it is called with a context."""

    def __init__(self, inputs: int, outputs: int) -> None:
        hidden = [nn.Linear(inputs, HIDDEN[0]), nn.ReLU(), nn.Linear(*HIDDEN), nn.ReLU()]
        super().__init__(*hidden, nn.Linear(HIDDEN[-1], outputs))

    def forward(self, x: Tensor, context: None = None) -> Tensor:
        """Return shift and raw scale."""
        return super().forward(x)


def with_genbook() -> tuple[nn.Module, Callable[[Tensor], Tensor]]:
    """Return the book's flow and its loss."""
    flow = realnvp(2, LAYERS, HIDDEN)
    return flow, flow.loss


def with_zuko() -> tuple[nn.Module, Callable[[Tensor], Tensor]]:
    """Return zuko's flow and its loss."""
    flow = zuko.flows.RealNVP(2, transforms=LAYERS, hidden_features=HIDDEN)
    return flow, lambda x: -flow().log_prob(x).mean()


def with_nflows() -> tuple[nn.Module, Callable[[Tensor], Tensor]]:
    """Return the flow of nflows and its loss."""
    layers = [AffineCouplingTransform(torch.tensor([i % 2, 1 - i % 2]), Network) for i in range(LAYERS)]
    flow = NflowsFlow(CompositeTransform(layers), NflowsNormal([2]))
    return flow, lambda x: -flow.log_prob(x).mean()


def with_normflows() -> tuple[nn.Module, Callable[[Tensor], Tensor]]:
    """Return the flow of normflows and its loss."""
    layers: list[nn.Module] = []
    for _ in range(LAYERS):
        network = normflows.nets.MLP([1, *HIDDEN, 2])
        layers += [normflows.flows.AffineCouplingBlock(network), normflows.flows.Permute(2, mode="swap")]
    flow = normflows.NormalizingFlow(normflows.distributions.DiagGaussian(2, trainable=False), layers)
    return flow, flow.forward_kld


BUILDERS = {"genbook": with_genbook, "zuko": with_zuko, "nflows": with_nflows, "normflows": with_normflows}


def seconds_a_step(seed: int) -> dict[str, float]:
    """Return the median over turns of the CPU seconds of a training step, all libraries alternating."""
    with seeded(seed):
        x = torch.randn(BATCH, 2)
        built = {name: build() for name, build in BUILDERS.items()}
    adams = {name: torch.optim.Adam(flow.parameters(), lr=1e-3) for name, (flow, _) in built.items()}
    times: dict[str, list[float]] = {name: [] for name in built}
    for turn in range(TURNS + 2):
        for name, (_, loss) in built.items():
            start = time.process_time()
            for _ in range(STEPS):
                adams[name].zero_grad()
                loss(x).backward()
                adams[name].step()
            if turn >= 2:  # the first turns warm up
                times[name].append((time.process_time() - start) / STEPS)
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    """Measure three seeds and write steps a second."""
    torch.set_num_threads(1)
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in BUILDERS}
    for seed in SEEDS:
        for name, seconds in seconds_a_step(seed).items():
            rows[name].append({"seed": seed, "steps_per_second": round(1 / seconds, 1)})
    parameters = {name: sum(p.numel() for p in build()[0].parameters()) for name, build in BUILDERS.items()}
    table = [{"model": name, "parameters": parameters[name], "runs": runs} for name, runs in rows.items()]
    note = "training steps a second of RealNVP, D=2, 8 couplings of 2x64, batch 256; CPU seconds, median of 25 turns"
    results.write("flow_speed_coupling", table, SEEDS, note)


if __name__ == "__main__":
    main()
