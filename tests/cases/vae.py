"""Cases of the chapter `vae`."""

from collections.abc import Callable

import torch
from torch import Tensor

from genbook.nn import MLP
from genbook.nn.outputs import Bernoulli, Gaussian
from genbook.numerics import grid, seeded
from genbook.vae import VAE, FactorizedDecoder, GaussianEncoder, StandardNormal, gaussian_kl
from tests.cases import Case, lively


def evidence(model: VAE, x: Tensor) -> Tensor:
    """Return log p(x) by quadrature over two latent variables, shape (B,)."""
    z, area = grid([-7.0] * 2, [7.0] * 2, 141)
    z = z.float()
    with torch.no_grad():
        log_prior = model.prior.log_prob(z)
        each = [model.decoder(z).log_prob(row.expand(len(z), -1)) for row in x]
    return torch.stack([(log_x_z + log_prior).double().logsumexp(0) for log_x_z in each]) + torch.tensor(area).log()


def vae(closed_form: bool) -> Case:
    """A VAE with two latents over six bits."""
    with seeded(0):
        decoder = FactorizedDecoder(MLP(2, (8,), 6), Bernoulli(), (6,))
        encoder = GaussianEncoder(MLP(6, (8,), 4), Bernoulli().embed)
        parts = (encoder, decoder, StandardNormal(2), *([gaussian_kl] if closed_form else []))
        model = lively(VAE(*parts), 2.0)
        batch = torch.randint(2, (5, 6)).float()
    return Case(model, batch, log_evidence=lambda x: evidence(model, x))


def real() -> Case:
    """A VAE with two latents over three real values, their variance learned."""
    with seeded(1):
        decoder = FactorizedDecoder(MLP(2, (8,), 3 * Gaussian().size), Gaussian(), (3,))
        model = lively(VAE(GaussianEncoder(MLP(3, (8,), 4)), decoder, StandardNormal(2), gaussian_kl), 1.5)
        batch = torch.randn(5, 3)
    return Case(model, batch, log_evidence=lambda x: evidence(model, x))


CASES: dict[str, Callable[[], Case]] = {
    "vae": lambda: vae(closed_form=False),
    "vae/closed-form": lambda: vae(closed_form=True),
    "vae/gaussian": real,
}
