"""VQ-VAE on glyphs: 784 pixels as 49 codes, a PixelCNN that is told the class for their prior, and the page's weights.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/vq_glyphs.py 0
The argument is a seed, 0 to 2; results of other seeds stay. 6,000 letters A to J of 28 x 28 pixels and 256 levels to
train, 500 to choose, 1,000 to measure once; seconds are CPU seconds on one thread.
"""

import math
import sys
from typing import Any

import torch
from torch import Tensor, nn
from vq_vae import codes_of, parameters, train

from genbook import results
from genbook.autoregressive import GatedStacks, OneHot, PixelCNN
from genbook.data import batches, glyphs
from genbook.data.glyphs import CHARACTERS
from genbook.evaluation import glyph_classifier
from genbook.evaluation.classifiers import accuracy
from genbook.evaluation.likelihood import per_example
from genbook.nn.outputs import Categorical, DiscretizedLogisticMixture
from genbook.numerics import seeded
from genbook.training import save_weights
from genbook.vae import (
    VAE,
    VQVAE,
    EMAQuantiser,
    FactorizedDecoder,
    GaussianEncoder,
    GridDecoder,
    GridEncoder,
    StandardNormal,
    UniformCodes,
    codebook_perplexity,
    gaussian_kl,
)

SEEDS, STEPS, PRIOR_STEPS = (0, 1, 2), 900, 1800
SIZE, WIDTH, LATENTS = 32, 16, 32
LETTERS = "ABCDEFGHIJ"
GREY, SHAPE, CLASSES = DiscretizedLogisticMixture(256, 3), (1, 28, 28), len(LETTERS)
TRAIN, VALID, TEST = (glyphs(n, 28, seed=k, characters=LETTERS) for k, n in enumerate((6000, 500, 1000)))


def decoder() -> GridDecoder:
    return GridDecoder(2, WIDTH, 1, GREY.size, width=32, halvings=2)


def vq_vae() -> VQVAE:
    """Return an untrained VQ-VAE of 7 x 7 places."""
    parts = GridEncoder(2, 1, WIDTH, width=32, halvings=2), EMAQuantiser(SIZE, WIDTH)
    return VQVAE(*parts, FactorizedDecoder(decoder(), GREY, SHAPE), UniformCodes(SIZE, 49), (7, 7), GREY.embed)


def vae() -> VAE:
    """Return an untrained VAE with the same convolutions."""
    places = 49 * WIDTH
    encoder = nn.Sequential(GridEncoder(2, 1, WIDTH, 32, 2), nn.Flatten(), nn.Linear(places, 2 * LATENTS))
    network = nn.Sequential(nn.Linear(LATENTS, places), nn.Unflatten(1, (WIDTH, 7, 7)), decoder())
    parts = GaussianEncoder(encoder, GREY.embed), FactorizedDecoder(network, GREY, SHAPE), StandardNormal(LATENTS)
    return VAE(*parts, gaussian_kl)


def pixelcnn() -> PixelCNN:
    """Return an untrained prior over 7 x 7 codes that is told the class."""
    stacks = GatedStacks(SIZE, SIZE, 32, (5, 3, 3, 3), classes=CLASSES, dropout=0.1)
    return PixelCNN(stacks, Categorical(SIZE), (1, 7, 7), OneHot(SIZE))


def bits(nats: float) -> float:
    return nats / (784 * math.log(2))


def measured(model: VAE | VQVAE) -> dict[str, float]:
    """Return the bound and its terms on the test split, bits a pixel."""
    rate = bits(per_example(lambda x: model.terms(x).kl, TEST.x, 125).mean().item())
    distortion = bits(-per_example(lambda x: model.terms(x).log_likelihood, TEST.x, 125).mean().item())
    return {"test": rate + distortion, "rate": rate, "distortion": distortion}


def recognised(model: VQVAE, prior: PixelCNN) -> dict[str, float]:
    """Return the share of glyphs that the classifier gives their class: real, decoded again, and drawn."""
    judge, asked = glyph_classifier(), torch.arange(CLASSES).repeat(50)
    with torch.no_grad():
        again = torch.cat([model.decode(model.codes(x)).mean().clamp(0, 255) for x in TEST.x.split(100)])
        codes = prior.sample(len(asked), asked).long().view(-1, 7, 7)
        drawn = torch.cat([model.decode(part).mean().clamp(0, 255) for part in codes.split(100)])
        noisy = torch.cat([model.decode(part).sample() for part in codes.split(100)])
    shares = {"real": (TEST.x, TEST.y), "decoded": (again, TEST.y), "drawn": (drawn, asked), "noisy": (noisy, asked)}
    offset = CHARACTERS.index(LETTERS)  # the judge knows the digits too
    return {name: accuracy(judge, x, y + offset) for name, (x, y) in shares.items()}


def run(seed: int) -> list[dict[str, Any]]:
    """Train and measure one seed of both models; the first leaves the weights of the page."""
    rows = []
    for name, build in {"VAE": vae, "VQ-VAE, prior: uniform": vq_vae}.items():
        with seeded(seed):
            model = build()
            score = lambda m: m.loss(VALID.x)  # noqa: E731
            model, seconds = train(model, model.loss, batches(TRAIN.x, 32, seed), STEPS, score, 3e-3)
        line = {"seed": seed, "seconds": seconds, **measured(model)}
        rows.append({"model": name, "parameters": parameters(model), "runs": [line]})
    codes = [codes_of(model, part.x) for part in (TRAIN, VALID, TEST)]
    line["perplexity"] = codebook_perplexity(codes[2].long(), SIZE).item()
    prior, more = fitted(codes, seed)
    rate = bits(math.log(CLASSES) - prior.log_prob(codes[2], TEST.y).mean().item())
    learned = line | {"rate": rate, "test": rate + line["distortion"], "seconds": seconds + more}
    with seeded(seed):
        learned |= recognised(model, prior)
    both = model.with_prior(prior)
    rows.append({"model": "VQ-VAE, prior: PixelCNN", "parameters": parameters(both), "runs": [learned]})
    if seed == SEEDS[0]:
        save_page_weights(both, learned)
    return rows


def fitted(codes: list[Tensor], seed: int) -> tuple[PixelCNN, float]:
    """Fit a prior to rows of codes and their classes."""
    with seeded(seed):
        prior = pixelcnn()
        score = lambda m: -m.log_prob(codes[1], VALID.y).mean()  # noqa: E731
        data = batches((codes[0], TRAIN.y), 32, seed)
        return train(prior, lambda batch: prior.loss(*batch), data, PRIOR_STEPS, score, 5e-3)


def save_page_weights(model: VQVAE, run: dict[str, float]) -> None:
    """Store encoder, codebook, decoder and prior with their card."""
    card = {
        "command": "python benchmarks/vq_glyphs.py 0",
        "model": "VQ-VAE, 7 x 7 places of 32 codes of 16 numbers; a Gated PixelCNN over them, told the class",
        "data": "glyphs A to J of 28 x 28; 6,000 (seed 0) to train, 500 (1) to choose, 1,000 (2) to test",
        "seed": SEEDS[0],
        "steps": [STEPS, PRIOR_STEPS],
        "metrics": {"test bits a pixel with the class, <=": round(run["test"], 4)},
    }
    save_weights(model, "vq-glyphs", card)


def main() -> None:
    """Measure one seed and join it with what is known of others."""
    torch.set_num_threads(1)
    table = run(int(sys.argv[1]))
    for line in table:
        print(line, flush=True)
    note = "test bits a pixel, a bound from above, log 10 for the class included; shares of glyphs recognised"
    results.write("vq_glyphs", results.joined("vq_glyphs", table), SEEDS, note)


if __name__ == "__main__":
    main()
