"""Counts against an MLP with the same context, in bits a character of held-out text: who learns more from little text?

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/mlp_ngram.py

All models read the same 100,000 characters of Python's standard library, are chosen on the validation text (counts by
their smoothing, the MLP by the step at which training stops) and measured once on the test text. The mixture of the two
is that of the paper (Bengio et al. 2003).
"""

import math
from collections.abc import Sequence
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
PIECE = 512  # held-out characters that are read in one go
RULES = {
    "add a constant": [Additive(alpha) for alpha in (0.01, 0.1, 1.0)],
    "Witten-Bell": [WittenBell()],
    "Kneser-Ney": [KneserNey(discount) for discount in (0.7, 0.8, 0.9)],
}


def bits(models: Sequence[NGram | MLPNGram], pieces: Tensor) -> float:
    """Return bits a character of (N, PIECE) under the equal mixture, letter by letter, of the models."""
    total = 0.0
    with torch.no_grad():
        for x in pieces.split(64):
            log_p = torch.stack([model.conditionals(x).double().log_softmax(-1) for model in models]).logsumexp(0)
            total -= (log_p.gather(-1, x[..., None]) - math.log(len(models))).sum().item()
    return total / pieces.numel() / math.log(2)


def trained(train: Tensor, valid: Tensor, n: int, seed: int) -> MLPNGram:
    """Return an MLP trained on windows of the text, with the weights of its best validation score."""
    with seeded(seed):
        model = MLPNGram(LEVELS, n, embedding=24, hidden=128, dropout=0.1)
        adam = torch.optim.AdamW(model.parameters(), lr=5e-3, betas=(0.9, 0.99), weight_decay=0.1)
        keep_best = Validate(lambda m: bits([m], valid), every=STEPS // 8)
        schedule = Schedule(lambda optimizer: CosineAnnealingLR(optimizer, STEPS))
        fit(model.loss, model, batches(windows(train, WINDOW), 16, seed), STEPS, adam, [keep_best, schedule])
    return model.eval()


def rows(n: int, train: Tensor, valid: Tensor, test: Tensor) -> list[dict[str, Any]]:
    """Return a row for each way of counting and one for the MLP, all with n - 1 characters of context."""
    table = []
    for name, rules in RULES.items():
        counted = [NGram(train, LEVELS, n, rule) for rule in rules]
        scores = [bits([model], valid) for model in counted]
        best = counted[scores.index(min(scores))]
        row = {"valid": min(scores), "test": bits([best], test), "spread": None}
        table.append({"n": n, "model": f"counts, {name}", "chosen": str(best.smoothing)} | row)
    mlps = [trained(train, valid, n, seed) for seed in SEEDS]
    for name, others in (("MLP", []), ("half MLP, half Kneser-Ney", [best])):
        runs = [[mlp, *others] for mlp in mlps]
        scores = [bits(models, test) for models in runs]
        row = {"valid": mean(bits(models, valid) for models in runs), "test": mean(scores), "spread": stdev(scores)}
        table.append({"n": n, "model": name, "chosen": "24 numbers a character, 128 hidden units"} | row)
    return table


def main() -> None:
    """Measure trigrams and 4-grams."""
    torch.set_num_threads(1)
    vocabulary = Vocabulary()
    train, valid, test = (vocabulary.encode(stdlib_text(split)) for split in ("train", "valid", "test"))
    held_out = windows(valid, PIECE), windows(test, PIECE)
    table = [row for n in (3, 4) for row in rows(n, train[:CHARACTERS], *held_out)]
    note = (
        f"bits a character, exact, of {held_out[1].numel():,} test characters in pieces of {PIECE}; trained on "
        f"{CHARACTERS:,} characters; mean and standard deviation over seeds "
        f"for the MLP; text of Python {stdlib_card()['python']}"
    )
    results.write("mlp_ngram", table, SEEDS, note)


if __name__ == "__main__":
    main()
