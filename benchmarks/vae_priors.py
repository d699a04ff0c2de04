"""Priors over two latent variables on handwritten digits: bounds of three seeds each.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/vae_priors.py [seed ...]
Data, training and measurements are those of `vae_digits.py`; encoder and decoder are the same in every row.
"""

import sys
from typing import Any

import torch
from torch import nn
from vae_digits import DROPOUT, GREY, MIXTURE, SEEDS, bounds, store, train

from genbook.autoregressive import MADE
from genbook.nn import MLP, MaskedMLP
from genbook.nn.outputs import GaussianMixture
from genbook.vae import (
    VAE,
    FactorizedDecoder,
    GaussianEncoder,
    MixtureOfGaussians,
    StandardNormal,
    VampPrior,
    gaussian_kl,
    monte_carlo_kl,
)

LATENTS, WIDTH, STEPS = 2, 256, 2000


def standard(network: nn.Module) -> StandardNormal:
    """Return the fixed prior."""
    return StandardNormal(LATENTS)


def mixture(network: nn.Module) -> MixtureOfGaussians:
    """Return a mixture of 30 Gaussians."""
    return MixtureOfGaussians(LATENTS, 30)


def vamp(network: nn.Module) -> VampPrior:
    """Return a mixture of the encoder's views of 50 pseudo-inputs, kept in the units that the network sees."""
    images = GREY.train.x[torch.randperm(len(GREY.train.x))[:50]]
    return VampPrior(GaussianEncoder(network), MIXTURE.embed(images))


def autoregressive(network: nn.Module) -> MADE:
    """Return a MADE that gives the second coordinate a mixture of Gaussians that follows the first."""
    output = GaussianMixture(10)
    return MADE(MaskedMLP(LATENTS, (64, 64), output.size), output)


PRIORS = {
    "standard normal": standard,
    "mixture of 30 Gaussians": mixture,
    "VampPrior, 50 pseudo-inputs": vamp,
    "MADE": autoregressive,
}


def two_latents(prior: Any) -> VAE:
    """Return a model with the prior that `prior(network of the encoder)` builds."""
    network = MLP(64, (WIDTH, WIDTH), 2 * LATENTS, dropout=DROPOUT)
    decoder = FactorizedDecoder(MLP(LATENTS, (WIDTH, WIDTH), 64 * MIXTURE.size, dropout=DROPOUT), MIXTURE, (64,))
    divergence = gaussian_kl if prior is standard else monte_carlo_kl
    return VAE(GaussianEncoder(network, MIXTURE.embed), decoder, prior(network), divergence)


def parameters(model: nn.Module) -> int:
    """Return the number of parameters, shared ones once."""
    return sum(p.numel() for p in model.parameters())


def main() -> None:
    """Measure row by row, joining what is stored."""
    torch.set_num_threads(1)
    seeds = tuple(map(int, sys.argv[1:])) or SEEDS
    for name, prior in PRIORS.items():
        runs = []
        for seed in seeds:
            model, run = train(GREY, lambda prior=prior: two_latents(prior), STEPS, seed)
            runs.append({**run, **bounds(model, GREY.test.x)})
        print(name, runs, flush=True)
        size = parameters(two_latents(prior)) - parameters(two_latents(standard))  # a shared encoder is no prior's own
        store("vae_priors", {"model": name, "parameters of the prior": size, "runs": runs}, list(PRIORS))


if __name__ == "__main__":
    main()
