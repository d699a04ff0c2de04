"""What a step of DDIM costs beside the network: this library's sampler against the scheduler of diffusers.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/sampler_overhead.py
The network is a stored tensor, so that only bookkeeping is timed: the same 50 of 1,000 steps, batches of 64 images, in
one process and turn by turn, on the CPU and, where there is one, on the GPU. Both must end at the same images.
"""

import statistics
import time
from collections.abc import Callable

import torch
from diffusers import DDIMScheduler
from torch import Tensor, nn

from genbook import results
from genbook.diffusion import Discrete, Epsilon, linear_betas
from genbook.diffusion.prediction import NetworkDenoiser
from genbook.diffusion.samplers import ddim
from genbook.numerics import seeded

T, STEPS, TURNS, REPEATS, SHAPE = 1000, 50, 21, 2, (64, 1, 8, 8)


class Stored(nn.Module):
    """A network that gives the same noise whatever it sees."""

    def __init__(self, eps: Tensor) -> None:
        super().__init__()
        self.register_buffer("eps", eps)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        return self.eps


def ours(x: Tensor, eps: Tensor) -> Callable[[], Tensor]:
    """Return a run of this library's sampler."""
    schedule = Discrete(linear_betas(T)).to(x.device)
    denoiser = NetworkDenoiser(Stored(eps), schedule, Epsilon()).to(x.device)
    times = torch.tensor([*range(T - T // STEPS + 1, 0, -T // STEPS), 0])  # diffusers counts from zero
    return lambda: ddim(denoiser, schedule, x, times)


def theirs(x: Tensor, eps: Tensor) -> Callable[[], Tensor]:
    """Return the same walk by the scheduler of diffusers."""
    scheduler = DDIMScheduler(T, trained_betas=linear_betas(T).numpy(), clip_sample=False)
    scheduler.set_timesteps(STEPS)

    def run() -> Tensor:
        y = x
        for t in scheduler.timesteps:
            y = scheduler.step(eps, t, y).prev_sample
        return y

    return run


def seconds(run: Callable[[], Tensor], device: str) -> float:
    """Return the time of one step: CPU time, or wall time of a GPU that has finished."""
    clock = time.process_time if device == "cpu" else time.perf_counter
    start = clock()
    for _ in range(REPEATS):
        run()
    if device != "cpu":
        torch.cuda.synchronize()
    return (clock() - start) / (REPEATS * STEPS)


def measure(device: str) -> dict:
    """Return one row: medians in microseconds a step, and the ratio of neighbouring turns with its middle half."""
    x, eps = torch.randn(2, *SHAPE, device=device)
    runs = ours(x, eps), theirs(x, eps)
    gap = float((runs[0]() - runs[1]()).abs().max() / runs[0]().abs().max())
    turns = [[seconds(run, device) for run in runs] for _ in range(TURNS + 1)][1:]
    ratios = [b / a for a, b in turns]
    return {
        "device": device,
        "steps": STEPS,
        "microseconds": 1e6 * statistics.median(a for a, _ in turns),
        "their microseconds": 1e6 * statistics.median(b for _, b in turns),
        "ratio": statistics.median(ratios),
        "least": statistics.quantiles(ratios)[0],
        "most": statistics.quantiles(ratios)[2],
        "relative difference of the images": gap,
    }


def main() -> None:
    """Measure, print and write the result."""
    torch.set_num_threads(1)
    devices = ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]
    with seeded(0):
        rows = [measure(device) for device in devices]
    for row in rows:
        print(row)
    note = f"medians of {TURNS} turns in one process, one thread; the range is the middle half of the turns"
    print(results.write("sampler_overhead", rows, [0], note))


if __name__ == "__main__":
    main()
