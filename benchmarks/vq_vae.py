"""VQ-VAE on handwritten digits: the bound under a uniform and under learned priors beside a VAE's, and codebooks.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/vq_vae.py 0
The argument is a seed, 0 to 2; results of other seeds stay. Each model trains on 1,000 images, is chosen on 350 and
measured once on 447; seconds are CPU seconds on one thread.
"""

import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import CosineAnnealingLR

from genbook import results
from genbook.autoregressive import GPT, Decoder, GatedStacks, Learned, OneHot, PixelCNN, Values
from genbook.autoregressive.positions import raster
from genbook.data import batches, digits
from genbook.evaluation.likelihood import per_example
from genbook.nn.outputs import Categorical, DiscretizedLogisticMixture
from genbook.numerics import seeded
from genbook.training import EMA, ClipGradient, Schedule, Validate, fit
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
    VectorQuantiser,
    codebook_perplexity,
    gaussian_kl,
)

SEEDS, STEPS = (0, 1, 2), 1000
Rows = list[dict[str, Any]]


def train(
    model: nn.Module, loss: Callable[[Any], Tensor], data: Any, steps: int, score: Callable[[Any], Tensor], rate: float
) -> tuple[nn.Module, float]:
    """Train in place on batches `data(step)`; return the averaged weights that validate best, and the CPU seconds."""
    ema = EMA(model, decay=0.99)
    keep_best = Validate(score, every=steps // 10, module=ema.module)
    adam = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    cosine = Schedule(lambda optimizer: CosineAnnealingLR(optimizer, steps))
    history = fit(loss, model, data, steps, adam, [ClipGradient(100.0), ema, keep_best, cosine])
    return ema.module.eval(), history.cpu_seconds


def codes_of(model: VQVAE, x: Tensor) -> Tensor:
    """Return rows of codes as a prior takes them, (N, places)."""
    return torch.cat([model.codes(part) for part in x.split(256)]).flatten(1).float()


def mean(f: Callable[[Tensor], Tensor], x: Tensor) -> float:
    return per_example(f, x, 128).mean().item()


DIGITS = [part.x.view(-1, 1, 8, 8) for part in digits()]
GREY = DiscretizedLogisticMixture(17, 5)
SIZE, WIDTH = 16, 16  # of the codebook


def digits_decoder(inputs: int = WIDTH) -> GridDecoder:
    return GridDecoder(2, inputs, 1, GREY.size, width=32, halvings=1, dropout=0.2)


def digits_vq(quantiser: nn.Module) -> VQVAE:
    """Return an untrained VQ-VAE of 16 places."""
    encoder = GridEncoder(2, 1, WIDTH, width=32, halvings=1, dropout=0.2)
    decoder = FactorizedDecoder(digits_decoder(), GREY, (1, 8, 8))
    return VQVAE(encoder, quantiser, decoder, UniformCodes(quantiser.size, 16), (4, 4), GREY.embed)


def digits_vae() -> VAE:
    """Return an untrained VAE with 16 latent variables and the same convolutions."""
    encoder = nn.Sequential(GridEncoder(2, 1, WIDTH, 32, 1, 0.2), nn.Flatten(), nn.Linear(16 * WIDTH, 32))
    decoder = nn.Sequential(nn.Linear(16, 16 * WIDTH), nn.Unflatten(1, (WIDTH, 4, 4)), digits_decoder())
    parts = GaussianEncoder(encoder, GREY.embed), FactorizedDecoder(decoder, GREY, (1, 8, 8)), StandardNormal(16)
    return VAE(*parts, gaussian_kl)


def stage_one(model: VAE | VQVAE, seed: int, steps: int) -> tuple[Any, float]:
    """Train encoder and decoder on the digits."""
    score = lambda m: m.loss(DIGITS[1])  # noqa: E731
    return train(model, model.loss, batches(DIGITS[0], 50, seed), steps, score, 2e-3)


def digits_priors() -> dict[str, nn.Module]:
    """Return untrained models of the codes by name."""
    code, out = OneHot(SIZE), Categorical(SIZE)
    decoder = Decoder(64, 4, 2, [Learned(raster(4, 4), 64)], dropout=0.3)
    return {
        "PixelCNN": PixelCNN(GatedStacks(SIZE, SIZE, 32, (3, 3, 3), dropout=0.3), out, (1, 4, 4), code),
        "Transformer": GPT(Values(code, SIZE, 64), decoder, out),
    }


def measured(model: VAE | VQVAE) -> dict[str, float]:
    """Return the bound and its two terms on the test split, mean nats an image."""
    terms = [mean(lambda x: model.terms(x).kl, DIGITS[2]), mean(lambda x: -model.terms(x).log_likelihood, DIGITS[2])]
    return {"test": sum(terms), "rate": terms[0], "distortion": terms[1]}


def row(name: str, model: nn.Module, **run: float) -> dict[str, Any]:
    """Return one row of the table with one run."""
    return {"model": name, "parameters": parameters(model), "runs": [run]}


def priors(seed: int) -> Rows:
    """Measure the bound of one VQ-VAE under four priors, and that of a VAE with the same convolutions."""
    with seeded(seed):
        vae, seconds = stage_one(digits_vae(), seed, STEPS)
        table = [row("VAE", vae, seed=seed, **measured(vae), seconds=seconds)]
        model, seconds = stage_one(digits_vq(EMAQuantiser(SIZE, WIDTH)), seed, STEPS)
    known = [codes_of(model, part) for part in DIGITS]
    run = {"seed": seed, "seconds": seconds, "perplexity": codebook_perplexity(known[2].long(), SIZE).item()}
    table.append(row("VQ-VAE, prior: uniform", model, **run, **measured(model)))
    rate = -code_histogram(known[0])[known[2].long()].sum(1).mean().item()
    whole = measured(model) | {"rate": rate, "test": rate + measured(model)["distortion"]}
    table.append(row("VQ-VAE, prior: one histogram", model, **run, **whole))
    for name, prior in digits_priors().items():
        with seeded(seed):
            learned, more = stage_two(prior, known, seed)
        both = model.with_prior(learned)
        table.append(row(f"VQ-VAE, prior: {name}", both, **run | {"seconds": seconds + more}, **measured(both)))
    return table


def stage_two(prior: nn.Module, codes: list[Tensor], seed: int) -> tuple[Any, float]:
    """Fit a prior to rows of codes of the training images."""
    loss = lambda c: -prior.output.log_prob(c, prior.conditionals(c)).sum(1).mean()  # noqa: E731
    score = lambda m: -m.log_prob(codes[1]).mean()  # noqa: E731
    return train(prior, loss, batches(codes[0], 50, seed), 700, score, 2e-3)


def codebooks(seed: int) -> Rows:
    """Measure how many of 64 codes live, for three ways to learn the codebook; each begins far from the outputs."""
    ways = {
        "by gradient": lambda: VectorQuantiser(64, WIDTH),
        "running means": lambda: EMAQuantiser(64, WIDTH, revive_below=0.0),
        "running means, the dead revived": lambda: EMAQuantiser(64, WIDTH),
    }
    table = []
    for name, quantiser in ways.items():
        with seeded(seed):
            model, seconds = stage_one(digits_vq(quantiser()), seed, 400)
        codes = codes_of(model, DIGITS[2]).long()
        alive = {"perplexity": codebook_perplexity(codes, 64).item(), "used": len(codes.unique())}
        table.append(row(f"64 codes, {name}", model, seed=seed, seconds=seconds, **alive, **measured(model)))
    return table


def parameters(model: nn.Module) -> int:
    """Return the number of parameters, codebooks of running means among them."""
    return sum(p.numel() for p in model.parameters()) + sum(
        q.codebook.numel() for q in model.modules() if isinstance(q, EMAQuantiser)
    )


def code_histogram(codes: Tensor) -> Tensor:
    """Return the logarithm of how often each code occurs, whatever its place, (K,)."""
    count = torch.bincount(codes.long().flatten(), minlength=SIZE) + 0.5
    return (count / count.sum()).log()


def main() -> None:
    """Measure one seed and join it with what is known of others."""
    torch.set_num_threads(1)
    table = [*priors(int(sys.argv[1])), *codebooks(int(sys.argv[1]))]
    for line in table:
        print(line, flush=True)
    note = "test nats an image, a bound from above; rate + distortion = test; CPU seconds of training"
    results.write("vq_vae", results.joined("vq_vae", table), SEEDS, note)


if __name__ == "__main__":
    main()
