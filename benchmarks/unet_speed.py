"""Training steps of the U-Net beside that of diffusers, with the same channels, blocks and attention.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/unet_speed.py
Both networks in one process, turn by turn, on the CPU and, where there is one, on the GPU; the median of the ratios of
neighbouring turns counts. Multiply-adds are counted by torch and differ by less than 2 %.
"""

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import torch
from diffusers import UNet2DModel
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from genbook import results
from genbook.diffusion import UNet
from genbook.numerics import seeded

TURNS = 15


class Size(NamedTuple):
    """Pixels a side, rows of a batch, channels a resolution, residual blocks a resolution."""

    side: int
    batch: int
    widths: tuple[int, ...]
    blocks: int


SIZES = (Size(8, 64, (32, 64), 1), Size(28, 16, (32, 64), 1), Size(32, 16, (32, 64, 64), 2))


class Theirs(nn.Module):
    """The U-Net of diffusers with attention at the second resolution, as a function of x and t in [0, 1]."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        down = ["AttnDownBlock2D" if i == 1 else "DownBlock2D" for i in range(len(size.widths))]
        self.network = UNet2DModel(
            sample_size=size.side,
            in_channels=1,
            out_channels=1,
            layers_per_block=size.blocks,
            block_out_channels=size.widths,
            down_block_types=down,
            up_block_types=[name.replace("Down", "Up") for name in reversed(down)],
            norm_num_groups=8,
            attention_head_dim=None,
        )

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        return self.network(x, 1000 * t).sample


def stepper(network: nn.Module, x: Tensor) -> Callable[[], None]:
    """Return a function that takes one training step on the loss of DDPM."""
    adam = torch.optim.Adam(network.parameters(), 1e-3)
    t, eps = torch.rand(len(x), device=x.device), torch.randn_like(x)

    def step() -> None:
        adam.zero_grad()
        (network(x, t) - eps).square().mean().backward()
        adam.step()

    return step


def seconds(step: Callable[[], None], device: str, repeats: int) -> float:
    """Return the time of one step: CPU time, or wall time of a GPU that has finished."""
    clock = time.process_time if device == "cpu" else time.perf_counter
    start = clock()
    for _ in range(repeats):
        step()
    if device != "cpu":
        torch.cuda.synchronize()
    return (clock() - start) / repeats


def flops(network: nn.Module, x: Tensor) -> int:
    """Return the floating-point operations of one pass."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(x, torch.rand(len(x), device=x.device))
    return counter.get_total_flops()


def measure(size: Size, device: str) -> dict:
    """Return one row of the table."""
    x = torch.randn(size.batch, 1, size.side, size.side, device=device)
    ours = UNet(1, 1, widths=size.widths, attention=(1,), blocks=size.blocks).to(device)
    theirs = Theirs(size).to(device)
    counts = [flops(network, x) for network in (ours, theirs)]
    steps = [stepper(network, x) for network in (ours, theirs)]
    repeats = 1 if device == "cpu" else 20
    turns = [[seconds(step, device, repeats) for step in steps] for _ in range(TURNS + 1)][1:]
    ratios = [b / a for a, b in turns]
    return {
        "device": device,
        **size._asdict(),
        "parameters": [sum(p.numel() for p in network.parameters()) for network in (ours, theirs)],
        "flops ratio": counts[1] / counts[0],
        "ms": 1e3 * statistics.median(a for a, _ in turns),
        "their ms": 1e3 * statistics.median(b for _, b in turns),
        "ratio": statistics.median(ratios),
        "least": statistics.quantiles(ratios)[0],
        "most": statistics.quantiles(ratios)[2],
    }


def main() -> None:
    """Measure, print and write the result."""
    torch.set_num_threads(1)
    devices = ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]
    with seeded(0):
        rows = [measure(size, device) for device in devices for size in SIZES]
    for row in rows:
        print(row)
    note = f"Medians of {TURNS} turns in one process, one thread; the range is the middle half of the turns"
    print(results.write("unet_speed", rows, [0], note))


if __name__ == "__main__":
    main()
