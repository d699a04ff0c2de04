"""Counts against an MLP with the same context, in bits a character of held-out text: who learns more from little text?

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/mlp_ngram.py

All models read the same 100,000 characters of Python's standard library, are chosen on the validation text (counts by
their smoothing, the MLP by the step at which training stops) and measured once on the whole test text.
"""

import math
from functools import partial
from statistics import mean, stdev
from typing import Any

import torch
from torch import Tensor
from torch.optim.lr_scheduler import CosineAnnealingLR

from genbook import results
from genbook.autoregressive import Additive, KneserNey, MLPNGram, NGram, WittenBell
from genbook.data import ALPHABET, Vocabulary, batches, stdlib_card, stdlib_text, windows
from genbook.numerics import seeded
from genbook.training import Schedule, Validate, fit

SEEDS = (0, 1, 2)
CHARACTERS = 100_000
LEVELS, WINDOW, STEPS = len(ALPHABET), 64, 1600
RULES = {
    "add a constant": [Additive(alpha) for alpha in (0.01, 0.1, 1.0)],
    "Witten-Bell": [WittenBell()],
    "Kneser-Ney": [KneserNey(discount) for discount in (0.7, 0.8, 0.9)],
}


def bits(model: NGram | MLPNGram, text: Tensor) -> float:
    """Return bits a character of (T,), read in pieces of 4,096 that do not know each other."""
    with torch.no_grad():
        return -sum(model.log_prob(piece[None]).item() for piece in text.split(4096)) / len(text) / math.log(2)


def trained(train: Tensor, valid: Tensor, n: int, seed: int) -> MLPNGram:
    """Return an MLP trained on windows of the text, with the weights of its best validation score."""
    with seeded(seed):
        model = MLPNGram(LEVELS, n, embedding=24, hidden=128, dropout=0.1)
        adam = torch.optim.AdamW(model.parameters(), lr=5e-3, betas=(0.9, 0.99), weight_decay=0.1)
        keep_best = Validate(partial(bits, text=valid), every=STEPS // 8)
        schedule = Schedule(lambda optimizer: CosineAnnealingLR(optimizer, STEPS))
        fit(model.loss, model, batches(windows(train, WINDOW), 16, seed), STEPS, adam, [keep_best, schedule])
    return model.eval()


def rows(n: int, train: Tensor, valid: Tensor, test: Tensor) -> list[dict[str, Any]]:
    """Return a row for each way of counting and one for the MLP, all with n - 1 characters of context."""
    table = []
    for name, rules in RULES.items():
        models = {str(rule): NGram(train, LEVELS, n, rule) for rule in rules}
        best = min(models, key=lambda rule: bits(models[rule], valid))
        row = {"valid": bits(models[best], valid), "test": bits(models[best], test), "spread": None}
        table.append({"n": n, "model": f"counts, {name}", "chosen": best} | row)
    mlps = [trained(train, valid, n, seed) for seed in SEEDS]
    scores = [bits(model, test) for model in mlps]
    row = {"valid": mean(bits(model, valid) for model in mlps), "test": mean(scores), "spread": stdev(scores)}
    return [*table, {"n": n, "model": "MLP", "chosen": "24 numbers a character, 128 hidden units"} | row]


def main() -> None:
    """Measure trigrams and 4-grams."""
    torch.set_num_threads(1)
    vocabulary = Vocabulary()
    train, valid, test = (vocabulary.encode(stdlib_text(split)) for split in ("train", "valid", "test"))
    table = [row for n in (3, 4) for row in rows(n, train[:CHARACTERS], valid, test)]
    note = (
        f"bits a character, exact, of {len(test):,} test characters; trained on {CHARACTERS:,} characters; mean and "
        f"standard deviation over seeds for the MLP; text of Python {stdlib_card()['python']}"
    )
    results.write("mlp_ngram", table, SEEDS, note)


if __name__ == "__main__":
    main()
