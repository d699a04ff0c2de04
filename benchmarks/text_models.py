"""Models of text side by side: counts, an MLP, an LSTM and a Transformer, in bits a character of held-out text.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/text_models.py [jobs] [shakespeare] [seed=0 ...]
The text is the source code of Python's standard library, or Shakespeare where $GENBOOK_DATA has it. All models see the
same training text, are chosen on the same validation text, and are measured on the same pieces of 2,048 characters,
each a text of its own. Runs use one thread each, `jobs` of them at a time (default: one); the seconds are CPU seconds.
Named seeds (default: all) join those that are there.
"""

import math
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from genbook import results
from genbook.autoregressive import Additive, KneserNey, MLPNGram, NGram
from genbook.autoregressive.char_rnn import CarriedLoss, CharRNN, streams
from genbook.autoregressive.gpt import GPT, Decoder
from genbook.autoregressive.inputs import Tokens
from genbook.autoregressive.positions import Learned, Rotary, line
from genbook.data import ALPHABET, Vocabulary, shakespeare, stdlib_card, stdlib_text, windows
from genbook.nn.outputs import Categorical
from genbook.numerics import seeded
from genbook.training import ClipGradient, Schedule, Validate, fit, save_weights

SEEDS = (0, 1, 2)
PIECE = 2048  # characters of a held-out piece
CONTEXT = 128  # characters a Transformer sees
LEVELS = len(ALPHABET)
WARM_UP = 40


@dataclass
class Text:
    """Training text (T,), and held-out pieces (N, PIECE)."""

    train: Tensor
    valid: Tensor
    test: Tensor
    card: dict[str, str]


def load(shakespearean: bool) -> Text:
    """Return the text of the standard library, or Shakespeare's, the end of whose training part is there to choose."""
    vocabulary = Vocabulary()
    if shakespearean:
        train, test = (vocabulary.encode(shakespeare(split)) for split in ("train", "test"))
        train, valid = train.split([len(train) - 100_000, 100_000])
        card = {"text": "tiny Shakespeare"}
    else:
        train, valid, test = (vocabulary.encode(stdlib_text(split)) for split in ("train", "valid", "test"))
        card = stdlib_card()
    return Text(train, windows(valid, PIECE)[:16], windows(test, PIECE), card)


def log_p(model: Any, x: Tensor) -> Tensor:
    """Return log p of pieces, (N, PIECE) -> (N,); a Transformer sees CONTEXT / 2 to CONTEXT characters back.

    Its window moves on by half of itself, and each character is predicted once, with the longest past there is.
    """
    if not isinstance(model, GPT):
        return model.log_prob(x)
    total, half = x.new_zeros(len(x), dtype=torch.float32), CONTEXT // 2
    for begin in range(0, x.shape[1] - half, half):
        seen = x[:, begin : begin + CONTEXT]
        new = slice(0 if begin == 0 else half, CONTEXT)
        total += model.output.log_prob(seen, model.conditionals(seen))[:, new].sum(1)
    return total


def bits(model: Any, x: Tensor) -> float:
    """Return bits a character."""
    with torch.no_grad():
        return -sum(log_p(model, part).sum().item() for part in x.split(16)) / x.numel() / math.log(2)


def mlp() -> MLPNGram:
    return MLPNGram(LEVELS, n=5, embedding=32, hidden=256)


def char_rnn() -> CharRNN:
    return CharRNN(Tokens(LEVELS, 64), Categorical(LEVELS), hidden=256)


def transformer(width: int = 96, heads: int = 4, layers: int = 3) -> GPT:
    positions = [Learned(line(CONTEXT), width), Rotary(line(CONTEXT), width // heads)]
    return GPT(Tokens(LEVELS, width), Decoder(width, heads, layers, positions), Categorical(LEVELS))


def random_windows(tokens: Tensor, rows: int, width: int, seed: int) -> Callable[[int], Tensor]:
    """Return a function of the step that cuts `rows` windows at random places, (rows, width)."""

    def batch(step: int) -> Tensor:
        generator = torch.Generator().manual_seed(1_000_003 * seed + step)
        begins = torch.randint(len(tokens) - width + 1, (rows,), generator=generator)
        return tokens[begins[:, None] + torch.arange(width)]

    return batch


# name -> how to build it, steps, learning rate
TRAINED: dict[str, tuple[Callable[[], nn.Module], int, float]] = {
    "char-RNN (LSTM)": (char_rnn, 2000, 4e-3),
    "Transformer": (transformer, 800, 3e-3),
    "MLP 5-gram": (mlp, 3000, 3e-3),
}
PAGE = {"char-RNN (LSTM)": "text-char-rnn", "Transformer": "text-gpt"}


def rate(steps: int) -> Callable[[int], float]:
    """Return a learning rate that climbs for WARM_UP steps while it falls in a straight line to almost nothing."""
    return lambda step: min(1.0, (step + 1) / WARM_UP) * (1 - 0.98 * min(step / steps, 1.0))


def train(name: str, text: Text, seed: int) -> tuple[nn.Module, dict[str, Any]]:
    """Train one seed on 2,048 characters a step; return the best model and what was measured."""
    build, steps, top = TRAINED[name]
    with seeded(seed):
        model = build()
        batch: Callable[[int], Any] = random_windows(text.train, 16, 128, seed)
        loss: Callable[[Any], Tensor] = model.loss
        if isinstance(model, CharRNN):
            shift = 100_000 * seed  # other seeds cut the streams elsewhere
            batch, loss = streams(text.train.roll(-shift), 32, 64), CarriedLoss(model)
        adam = torch.optim.AdamW(model.parameters(), lr=top, betas=(0.9, 0.98), weight_decay=0.01)
        keep_best = Validate(lambda m: bits(m, text.valid[:8]), every=steps // 4)
        schedule = Schedule(lambda optimizer: LambdaLR(optimizer, rate(steps)))
        history = fit(loss, model, batch, steps, adam, [ClipGradient(1.0), keep_best, schedule])
    model.eval()
    run = {"seed": seed, "steps": steps, "seconds": history.cpu_seconds}
    return model, run | {"valid": bits(model, text.valid), "test": bits(model, text.test)}


def counted(text: Text) -> list[dict[str, Any]]:
    """Return the rows of the models that count, smoothed as the validation text likes best."""
    rows = []
    for name, n in (("unigram", 1), ("trigram", 3), ("5-gram", 5)):
        rules = [Additive(1.0)] if n == 1 else [KneserNey(d) for d in (0.5, 0.7, 0.9)]
        models = [NGram(text.train, LEVELS, n, rule) for rule in rules]
        best = min(models, key=partial(bits, x=text.valid))
        run = {"valid": bits(best, text.valid), "test": bits(best, text.test)}
        size = len(best.tables[-1].counts)
        rows.append({"model": name, "parameters": size, "smoothing": str(best.smoothing), "runs": [run]})
        print(rows[-1], flush=True)
    return rows


def save_page_weights(name: str, model: nn.Module, run: dict[str, Any], text: Text) -> None:
    """Store a model of the first seed with its card, measured after rounding to half precision."""
    model = model.half().float()
    card = {
        "command": "python benchmarks/text_models.py",
        "model": name,
        "data": {"text": "Python's standard library, genbook.data.stdlib_text", **text.card},
        "seed": run["seed"],
        "steps": run["steps"],
        "metrics": {f"test bits a character, pieces of {PIECE}, =": round(bits(model, text.test), 4)},
    }
    save_weights(model, PAGE[name], card, torch.float16)


def measured(job: tuple[str, int, bool]) -> dict[str, Any]:
    """Train one seed of a row in a process of its own, and keep the weights of the page."""
    torch.set_num_threads(1)
    name, seed, shakespearean = job
    text = load(shakespearean)
    model, run = train(name, text, seed)
    print(name, run, flush=True)
    if name in PAGE and seed == SEEDS[0] and not shakespearean:
        save_page_weights(name, model, run, text)
    return run


def main() -> None:
    """Count, train, and write the table as it grows."""
    torch.set_num_threads(1)
    shakespearean = "shakespeare" in sys.argv[1:]
    workers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    seeds = [int(word[5:]) for word in sys.argv[1:] if word.startswith("seed=")] or SEEDS
    name = "text_models_shakespeare" if shakespearean else "text_models"
    text = load(shakespearean)
    note = (
        f"bits a character, exact, of {text.test.numel():,} held-out characters in pieces of {PIECE:,}; "
        f"{len(text.train):,} to train; the seconds are CPU seconds of training; text: {text.card}"
    )
    jobs = [(model, seed, shakespearean) for seed in seeds for model in TRAINED]
    trained: dict[str, dict[str, Any]] = {
        model: {"model": model, "parameters": sum(p.numel() for p in build().parameters()), "runs": []}
        for model, (build, _, _) in TRAINED.items()
    }
    with ProcessPoolExecutor(workers[0] if workers else 1, get_context("spawn")) as pool:
        runs = pool.map(measured, jobs)
        table = counted(text)
        for (model, _, _), run in zip(jobs, runs, strict=True):
            trained[model]["runs"].append(run)
            rows = [*table, *(row for row in trained.values() if row["runs"])]
            rows = results.joined(name, rows)
            results.write(name, rows, [run["seed"] for run in rows[-1]["runs"]], note)


if __name__ == "__main__":
    main()
