"""VQ-VAE on plucked strings: 1,000 samples as 250 codes, a WaveNet that is told the note for their prior, and weights.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/vq_tones.py 0
The argument is a seed, 0 to 2; results of other seeds stay. Quarter-second notes of C major at 4 kHz in 256 mu-law
levels; 2,000 to train, 200 to choose, 200 to measure once; seconds are CPU seconds on one thread.
"""

import math
import sys
from typing import Any

import torch
from torch import Tensor
from vq_vae import codes_of, parameters, train
from wavenet_tones import LAW, RATE, SCALE, TEST, TRAIN, VALID

from genbook import results
from genbook.autoregressive import DilatedStack, OneHot, WaveNet
from genbook.autoregressive.sampling import ancestral
from genbook.data import batches
from genbook.evaluation import pitch
from genbook.evaluation.likelihood import per_example
from genbook.nn.outputs import Categorical, DiscretizedLogisticMixture
from genbook.numerics import seeded
from genbook.training import save_weights
from genbook.vae import (
    VQVAE,
    EMAQuantiser,
    FactorizedDecoder,
    GridDecoder,
    GridEncoder,
    UniformCodes,
    codebook_perplexity,
)

SEEDS, STEPS, PRIOR_STEPS = (0, 1, 2), 2000, 800
SIZE, WIDTH, PLACES, NOTES = 256, 16, 250, len(SCALE)
LEVELS = DiscretizedLogisticMixture(256, 3)
TONE = slice(100, 500)  # samples after the attack, from which the pitch is measured


def embed(x: Tensor) -> Tensor:
    """Return amplitude and companded value of levels: (B, T) -> (B, 2, T)."""
    return LAW(x).mT


def vq_vae() -> VQVAE:
    """Return an untrained VQ-VAE with a code for every four samples."""
    decoder = FactorizedDecoder(GridDecoder(1, WIDTH, 1, LEVELS.size, halvings=2), LEVELS, (1000,))
    quantiser, prior = EMAQuantiser(SIZE, WIDTH), UniformCodes(SIZE, PLACES)
    return VQVAE(GridEncoder(1, 2, WIDTH, halvings=2), quantiser, decoder, prior, (PLACES,), embed)


def wavenet() -> WaveNet:
    """Return an untrained prior over 250 codes that is told the note and looks 64 codes back."""
    stack = DilatedStack(SIZE, SIZE, 32, (1, 2, 4, 8, 16, 32), 64, classes=NOTES)
    return WaveNet(stack, Categorical(SIZE), PLACES, OneHot(SIZE))


def bits(nats: float) -> float:
    return nats / (1000 * math.log(2))


def in_tune(x: Tensor, note: Tensor) -> float:
    """Return the share of waves in levels whose pitch is within half a semitone of the note."""
    hertz = 440 * 2 ** ((SCALE[note] - 69) / 12)
    cents = 1200 * torch.log2(pitch(LAW.decode(x)[:, TONE], RATE, low=100, high=700) / hertz)
    return (cents.abs() < 50).double().mean().item()


def played(model: VQVAE, prior: WaveNet) -> dict[str, float]:
    """Return the share in tune of real, decoded and drawn notes; means of samples, and samples drawn too."""
    x, note = TEST
    asked = torch.arange(NOTES).repeat(25)
    with torch.no_grad():
        again = model.decode(model.codes(x)).mean().round()
        codes = ancestral(prior.given(asked), torch.rand(len(asked), PLACES)).long()
        drawn = model.decode(codes)
    shares = {"real": (x, note), "decoded": (again, note), "drawn": (drawn.mean().round(), asked)}
    shares["noisy"] = (drawn.sample(), asked)
    return {name: in_tune(*pair) for name, pair in shares.items()}


def run(seed: int) -> list[dict[str, Any]]:
    """Train and measure one seed; the first leaves the weights of the page."""
    with seeded(seed):
        model = vq_vae()
        score = lambda m: m.loss(VALID[0])  # noqa: E731
        model, seconds = train(model, model.loss, batches(TRAIN[0], 8, seed), STEPS, score, 4e-3)
    codes = [codes_of(model, part[0]) for part in (TRAIN, VALID, TEST)]
    distortion = bits(-per_example(lambda x: model.terms(x).log_likelihood, TEST[0], 50).mean().item())
    rate = bits(PLACES * math.log(SIZE))
    line = {"seed": seed, "seconds": seconds, "rate": rate, "distortion": distortion, "test": rate + distortion}
    line["perplexity"] = codebook_perplexity(codes[2].long(), SIZE).item()
    rows = [{"model": "VQ-VAE, prior: uniform", "parameters": parameters(model), "runs": [line]}]
    with seeded(seed):
        prior = wavenet()
        choose = lambda m: -m.log_prob(codes[1], VALID[1]).mean()  # noqa: E731
        data = batches((codes[0], TRAIN[1]), 8, seed)
        prior, more = train(prior, lambda batch: prior.loss(*batch), data, PRIOR_STEPS, choose, 4e-3)
        rate = bits(math.log(NOTES) - prior.log_prob(codes[2], TEST[1]).mean().item())
        learned = line | {"rate": rate, "test": rate + distortion, "seconds": seconds + more} | played(model, prior)
    both = model.with_prior(prior)
    rows.append({"model": "VQ-VAE, prior: WaveNet", "parameters": parameters(both), "runs": [learned]})
    if seed == SEEDS[0]:
        save_page_weights(both, learned)
    return rows


def save_page_weights(model: VQVAE, run: dict[str, float]) -> None:
    """Store encoder, codebook, decoder and prior with their card."""
    card = {
        "command": "python benchmarks/vq_tones.py 0",
        "model": "VQ-VAE, 250 places of 256 codes of 16 numbers, and a WaveNet over them that is told one of 8 notes",
        "data": "tones, notes of C major, 0.25 s at 4 kHz; 2,000 (seed 0) to train, 200 (1) to choose, 200 (2) to test",
        "seed": SEEDS[0],
        "steps": [STEPS, PRIOR_STEPS],
        "metrics": {"test bits a sample with the note, <=": round(run["test"], 4)},
    }
    save_weights(model, "vq-tones", card)


def main() -> None:
    """Measure one seed and join it with what is known of others."""
    torch.set_num_threads(1)
    table = run(int(sys.argv[1]))
    for line in table:
        print(line, flush=True)
    note = "test bits a sample, a bound from above, log 8 for the note included; shares of notes in tune"
    results.write("vq_tones", results.joined("vq_tones", table), SEEDS, note)


if __name__ == "__main__":
    main()
