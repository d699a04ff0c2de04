"""WaveNet on plucked strings: exact test likelihoods of three seeds beside counted and linear models, and the weights.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/wavenet_tones.py
Quarter-second notes of C major at 4 kHz in 256 mu-law levels; 2,000 to train, 200 to choose, 200 to test. Seeds run
side by side, one thread each, in CPU seconds.
"""

import math
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import torch
from torch import Tensor
from torch.optim.lr_scheduler import OneCycleLR

from genbook import results
from genbook.autoregressive import DilatedStack, MuLaw, WaveNet
from genbook.data import batches
from genbook.data.tones import tones
from genbook.nn.outputs import Categorical
from genbook.numerics import seeded
from genbook.training import EMA, ClipGradient, Schedule, Validate, fit, save_weights

SEEDS, STEPS, RATE = (0, 1, 2), 3200, 4000
SCALE = torch.tensor([60, 62, 64, 65, 67, 69, 71, 72])  # MIDI numbers of C major
LAW, BUCKETS = MuLaw(256), 32
RATE_OF_LEARNING = 8e-3
Data = tuple[Tensor, Tensor]  # levels (N, T), places in the scale (N,)


def notes(n: int, seed: int) -> Data:
    """Return the first n single notes of the scale, as levels, and which note each is."""
    clips = tones(4 * n, 0.25, RATE, seed)
    rows = torch.isin(clips.note[:, 0], SCALE).nonzero()[:n, 0]
    return LAW.encode(clips.x[rows]), torch.searchsorted(SCALE, clips.note[rows, 0])


TRAIN, VALID, TEST = notes(2000, 0), notes(200, 1), notes(200, 2)


def wavenet() -> WaveNet:
    """Return an untrained WaveNet over mu-law levels that is told the note."""
    stack = DilatedStack(2, 256, 32, (1, 2, 4, 8, 16), 64, classes=len(SCALE))
    return WaveNet(stack, Categorical(256), 1000, LAW)


def bits(model: WaveNet, data: Data) -> Tensor:
    """Return the exact bits a sample of every clip, (N,)."""
    x, c = data
    with torch.no_grad():
        parts = [-model.log_prob(*part) for part in zip(x.split(50), c.split(50), strict=True)]
    return torch.cat(parts) / (x.shape[1] * math.log(2))


def train(model: WaveNet, steps: int, seed: int) -> dict[str, Any]:
    """Train in place, keep the averaged weights of the best validation score, and return what was measured."""
    ema = EMA(model, decay=0.99)
    keep_best = Validate(lambda m: bits(m, VALID).mean(), every=steps // 5, module=ema.module)
    adam = torch.optim.AdamW(model.parameters(), lr=RATE_OF_LEARNING)
    one_cycle = Schedule(lambda optimizer: OneCycleLR(optimizer, RATE_OF_LEARNING, steps, pct_start=0.05))
    callbacks = [ClipGradient(1.0), ema, keep_best, one_cycle]
    history = fit(lambda batch: model.loss(*batch), model, batches(TRAIN, 2, seed), steps, adam, callbacks)
    model.load_state_dict(ema.module.state_dict())
    test = bits(model.eval(), TEST).mean().item()
    return {"seed": seed, "test": test, "valid": keep_best.best, "seconds": history.cpu_seconds}


def run(seed: int) -> dict[str, Any]:
    """Train one seed; the first of them leaves the weights of the page."""
    torch.set_num_threads(1)
    with seeded(seed):
        model = wavenet()
        measured = train(model, STEPS, seed)
    if seed == SEEDS[0]:
        save_page_weights(model)
    print(measured, flush=True)
    return measured


def histogram() -> float:
    """Return the bits a sample of independent samples with one table."""
    p = torch.bincount(TRAIN[0].long().flatten(), minlength=256).double() + 0.5
    return -(p / p.sum()).log2()[TEST[0].long()].mean().item()


def bigram() -> float:
    """Return the bits a sample of a table for each previous level, the smoothing chosen on validation data."""
    pair = lambda x: (previous(x) * 256 + x).long()  # noqa: E731
    counts = torch.bincount(pair(TRAIN[0]).flatten(), minlength=256**2).double().view(256, 256)
    scores = {}
    for smoothing in (0.01, 0.03, 0.1, 0.3, 1.0):
        p = counts + smoothing
        cost = -(p / p.sum(1, keepdim=True)).log2().flatten()
        scores[cost[pair(VALID[0])].mean().item()] = cost[pair(TEST[0])].mean().item()
    return scores[min(scores)]


def previous(x: Tensor) -> Tensor:
    """Return the level before each sample, silence before the first."""
    return torch.cat([torch.full_like(x[:, :1], 128), x[:, :-1]], 1)


def past(x: Tensor, taps: int) -> Tensor:
    """Return the amplitudes before each sample of levels (N, T): (N, T, taps)."""
    a = torch.nn.functional.pad(LAW.decode(x.double()), (taps, 0))
    return a.unfold(1, taps, 1)[:, :-1]


def filters(groups: Tensor, taps: int) -> Tensor:
    """Return least-squares filters (groups, taps) that predict a sample of training clips of each group."""
    found = []
    for g in range(int(groups.max()) + 1):
        x = TRAIN[0][groups == g]
        h, y = past(x, taps).flatten(0, 1), LAW.decode(x.double()).flatten()
        gram = h.T @ h + 1e-4 * torch.eye(taps, dtype=torch.float64)
        found.append(torch.linalg.solve(gram, h.T @ y))
    return torch.stack(found)


def linear_prediction(per_note: bool, taps: int = 32) -> Tensor:
    """Return the bits a sample of test clips (N,) under a linear filter, for all or one a note, and a table of errors.

    The table holds how far off the predicted level was, for each of 32 buckets of it, and is normalised over the levels
    that exist, so this is an exact likelihood too.
    """
    group = lambda c: c if per_note else torch.zeros_like(c)  # noqa: E731
    w = filters(group(TRAIN[1]), taps)

    def predicted(data: Data) -> Tensor:
        a = torch.einsum("ntk,nk->nt", past(data[0], taps), w[group(data[1])])
        return LAW.encode(a.clamp(-1, 1))

    def place(data: Data) -> tuple[Tensor, Tensor]:
        level = predicted(data)
        return (level * BUCKETS / 256).long(), level.long()

    bucket, level = place(TRAIN)
    error = TRAIN[0].long() - level + 255
    counts = torch.bincount((bucket * 511 + error).flatten(), minlength=BUCKETS * 511).double().view(BUCKETS, 511)
    scores = {}
    for smoothing in (0.003, 0.01, 0.03, 0.1, 0.3):
        cost = [table_bits(counts + smoothing, data[0].long(), *place(data)) for data in (VALID, TEST)]
        scores[cost[0].mean().item()] = cost[1]
    return scores[min(scores)]


def table_bits(table: Tensor, x: Tensor, bucket: Tensor, level: Tensor) -> Tensor:
    """Return the bits a sample of levels x (N, T) under a table (BUCKETS, 511) of errors around the predicted level."""
    below = torch.nn.functional.pad(table.cumsum(1), (1, 0))  # (BUCKETS, 512)
    mass = below[bucket, 511 - level] - below[bucket, 255 - level]  # over the errors that lead to 0, ..., 255
    return -(table[bucket, x - level + 255] / mass).log2().mean(1)


def save_page_weights(model: WaveNet) -> None:
    """Store the weights of a seed with their card, measured after rounding to half precision."""
    model.half().float()
    card = {
        "command": "python benchmarks/wavenet_tones.py",
        "model": "WaveNet, width 32, skip 64, dilations 1 to 16, 256 mu-law levels, told one of 8 notes",
        "data": "tones, notes of C major, 0.25 s at 4 kHz; 2,000 (seed 0) to train, 200 (1) to choose, 200 (2) to test",
        "seed": SEEDS[0],
        "steps": STEPS,
        "metrics": {"test bits a sample, =": round(bits(model, TEST).mean().item(), 4)},
    }
    save_weights(model, "wavenet-tones", card, torch.float16)


def main() -> None:
    """Measure every row and store the weights of the first seed."""
    torch.set_num_threads(1)
    counted = {
        "uniform": 8.0,
        "one histogram": histogram(),
        "bigram": bigram(),
        "linear filter of 32 samples, one for all notes": linear_prediction(per_note=False).mean().item(),
        "linear filter of 32 samples, one a note": linear_prediction(per_note=True).mean().item(),
    }
    rows: list[dict[str, Any]] = [{"model": name, "runs": [{"test": b}]} for name, b in counted.items()]
    print(*rows, sep="\n", flush=True)
    with ProcessPoolExecutor(len(SEEDS), get_context("spawn")) as pool:
        runs = list(pool.map(run, SEEDS))
    parameters = sum(p.numel() for p in wavenet().parameters())
    rows.append({"model": "WaveNet, told the note", "runs": runs, "parameters": parameters})
    results.write("wavenet_tones", rows, SEEDS, note="test bits a sample, exact; CPU seconds of training")


if __name__ == "__main__":
    main()
