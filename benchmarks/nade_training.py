"""Training steps of a NADE: all positions in chunks, against loops over the positions.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/nade_training.py
784 binary pixels, 500 hidden units, batch 64, one thread, CPU seconds. All ways run in one process, turn by turn,
and give the same gradient. Memory is the peak of the tensors alive during a step, above what was alive before it.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

from genbook import results
from genbook.autoregressive import NADE
from genbook.nn.outputs import Bernoulli
from genbook.numerics import seeded

DIM, HIDDEN, BATCH, SEED, REPEATS = 784, 500, 64, 0, 7
Conditionals = Callable[[NADE, Tensor], Tensor]


def chunks(model: NADE, x: Tensor) -> Tensor:
    """The library's pass."""
    return model.conditionals(x)


def plain_loop(model: NADE, x: Tensor) -> Tensor:
    """The recursion as it is written down: h_d = sigmoid(a), then a + x_d W_d."""
    seen, a, rows = model.output.embed(x), model.c.expand(len(x), -1), []
    for d in range(DIM):
        rows.append(a.sigmoid() @ model.v[d].T + model.b[d])
        a = a + seen[:, d, None] * model.w[d]
    return torch.stack(rows, 1)


def tuned_loop(model: NADE, x: Tensor) -> Tensor:
    """The same loop without indexing: the gradient of w[d] would otherwise be a whole matrix of zeros for each d."""
    a, rows = model.c.expand(len(x), -1), []
    parts = (t.unbind() for t in (model.output.embed(x).T[..., None], model.w, model.v, model.b))
    for x_d, w, v, b in zip(*parts, strict=True):
        rows.append(torch.addmm(b, a.sigmoid(), v.T))
        a = torch.addcmul(a, x_d, w)
    return torch.stack(rows, 1)


def step(model: NADE, x: Tensor, conditionals: Conditionals) -> Tensor:
    """Compute loss and gradient, and return the gradient with respect to w."""
    model.zero_grad()
    (-model.output.log_prob(x, conditionals(model, x)).sum(1).mean()).backward()
    return model.w.grad


def seconds(model: NADE, x: Tensor, conditionals: Conditionals) -> float:
    start = time.process_time()
    step(model, x, conditionals)
    return time.process_time() - start


def peak_bytes(model: NADE, x: Tensor, conditionals: Conditionals) -> int:
    """Return the most bytes of tensors that a step adds at any moment, from the allocator's own record."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        step(model, x, conditionals)
    alive = peak = 0
    for event in sorted(
        (e for e in record.profiler.kineto_results.events() if e.name() == "[memory]"), key=lambda e: e.start_ns()
    ):
        alive += event.nbytes()
        peak = max(peak, alive)
    return peak


def main() -> None:
    """Measure, print the table and write the result."""
    torch.set_num_threads(1)
    ways = {"in chunks": chunks, "plain loop": plain_loop, "loop without indexing": tuned_loop}
    with seeded(SEED):
        model, x = NADE(DIM, HIDDEN, Bernoulli()), torch.randint(2, (BATCH, DIM)).float()
    truth = step(model, x, plain_loop).clone()
    times = {name: [] for name in ways}
    for _ in range(REPEATS):
        for name, way in ways.items():
            times[name].append(seconds(model, x, way))
    rows: list[dict[str, Any]] = []
    for name, way in ways.items():
        ratios = [mine / base for mine, base in zip(times[name], times["in chunks"], strict=True)]
        rows.append(
            {
                "way": name,
                "steps a second": 1 / statistics.median(times[name]),
                "time over that in chunks": statistics.median(ratios),
                "least": min(ratios),
                "most": max(ratios),
                "peak megabytes": peak_bytes(model, x, way) / 1e6,
                "largest difference of the gradient": float(
                    (step(model, x, way) - truth).abs().max() / truth.abs().max()
                ),
            }
        )
        print(rows[-1])
    note = f"{DIM} binary pixels, {HIDDEN} hidden units, batch {BATCH}; medians of {REPEATS} turns in CPU seconds"
    print(results.write("nade_training", rows, [SEED], note))


if __name__ == "__main__":
    main()
