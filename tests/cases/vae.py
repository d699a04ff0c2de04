"""Cases of the chapter `vae`."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from genbook.autoregressive import MADE, LocatedStacks, PixelCNN
from genbook.nn import MLP, MaskedMLP
from genbook.nn.outputs import Bernoulli, Categorical, Gaussian
from genbook.numerics import all_states, grid, seeded
from genbook.vae import (
    CVAE,
    PPCA,
    VAE,
    VQVAE,
    Autoencoder,
    Classes,
    ConditionalDecoder,
    ConditionalEncoder,
    ConditionalNormal,
    EMAQuantiser,
    FactorizedDecoder,
    GaussianEncoder,
    GaussianNoise,
    LinearDecoder,
    LinearEncoder,
    MixtureOfGaussians,
    StandardNormal,
    Unconditional,
    UniformCodes,
    VampPrior,
    VectorQuantiser,
    gaussian_kl,
    rotated,
)
from genbook.vae.autoregressive_decoder import AutoregressiveDecoder
from genbook.vae.delta_vae import AR1, ar1_kl
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


def richer(vamp: bool) -> Case:
    """A VAE over six bits whose prior is a learned mixture, with parts of its own or from the encoder."""
    with seeded(13):
        decoder = FactorizedDecoder(MLP(2, (8,), 6), Bernoulli(), (6,))
        network = MLP(6, (8,), 4)
        prior = VampPrior(GaussianEncoder(network), torch.randn(3, 6)) if vamp else MixtureOfGaussians(2, 3)
        model = lively(VAE(GaussianEncoder(network, Bernoulli().embed), decoder, prior), 1.5)
        batch = torch.randint(2, (5, 6)).float()
    return Case(model, batch, log_evidence=lambda x: evidence(model, x))


def real() -> Case:
    """A VAE with two latents over three real values, their variance learned."""
    with seeded(1):
        decoder = FactorizedDecoder(MLP(2, (8,), 3 * Gaussian().size), Gaussian(), (3,))
        model = lively(VAE(GaussianEncoder(MLP(3, (8,), 4)), decoder, StandardNormal(2), gaussian_kl), 1.5)
        batch = torch.randn(5, 3)
    return Case(model, batch, log_evidence=lambda x: evidence(model, x))


def codes_evidence(model: VQVAE, x: Tensor) -> Tensor:
    """Return log p(x) by adding up every grid of codes, shape (B,)."""
    rows = all_states(math.prod(model.grid), model.quantiser.size)  # (G, places)
    with torch.no_grad():
        log_prior, likelihood = model.prior.log_prob(rows), model.decode(rows.long().view(-1, *model.grid))
        each = [likelihood.log_prob(row.expand(len(rows), -1)) for row in x]
    return torch.stack([(log_x_codes + log_prior).double().logsumexp(0) for log_x_codes in each])


def vq_vae(quantiser: Callable[..., nn.Module], prior: nn.Module) -> Case:
    """Two places of three codes over six bits: nine grids of codes."""
    with seeded(2):
        encoder = nn.Sequential(MLP(6, (8,), 4), nn.Unflatten(1, (2, 2)))
        decoder = FactorizedDecoder(MLP(4, (8,), 6), Bernoulli(), (6,))
        model = lively(VQVAE(encoder, quantiser(3, 2), decoder, prior, (2,), Bernoulli().embed), 2.0)
        batch = torch.randint(2, (5, 6)).float()
    return Case(model, batch, levels=2, log_evidence=lambda x: codes_evidence(model, x))


def learned_codes() -> Case:
    """A VQ-VAE in its second stage: the prior is a model with weights of its own, which the loss leaves alone."""
    with seeded(3):
        prior = MADE(MaskedMLP(2, (8,), 3), Categorical(3))
    case = vq_vae(EMAQuantiser, prior)
    case.model.prior.requires_grad_(False)
    return case


def ppca(dim: int, latents: int) -> Case:
    """Probabilistic PCA with `latents` columns, more of them than needed where latents >= dim."""
    with seeded(4):
        model = PPCA(LinearDecoder(torch.randn(dim, latents), torch.randn(dim), 0.5)).eval()
        batch = torch.randn(5, dim)
    return Case(model, batch, box=([-20.0] * dim, [20.0] * dim))


def linear_vae() -> Case:
    """The linear VAE, whose evidence is that of probabilistic PCA with the same decoder."""
    with seeded(5):
        decoder = LinearDecoder(torch.randn(4, 2), torch.randn(4), 0.5)
        model = VAE(LinearEncoder(4, 2), decoder, StandardNormal(2), gaussian_kl).eval()
        batch = torch.randn(5, 4)
    return Case(model, batch, log_evidence=lambda x: PPCA(decoder).log_prob(x))


def autoencoder() -> Case:
    """A denoising autoencoder: a loss, and no density."""
    with seeded(6):
        model = Autoencoder(MLP(4, (6,), 2), MLP(2, (6,), 4), (4,), GaussianNoise(0.5)).eval()
        return Case(model, torch.randn(5, 4))


def chained() -> Case:
    """A VAE whose decoder is a PixelCNN over images of 2 x 2 bits."""
    with seeded(11):
        maps = nn.Sequential(nn.Linear(2, 12), nn.Unflatten(1, (3, 2, 2)))
        pixelcnn = PixelCNN(LocatedStacks(1, 1, 3, 8, (3,)), Bernoulli(), (1, 2, 2))
        decoder = AutoregressiveDecoder(maps, pixelcnn, (4,))
        nn.init.normal_(pixelcnn.network.layers[0].located.weight)
        encoder = GaussianEncoder(MLP(4, (8,), 4), Bernoulli().embed)
        model = lively(VAE(encoder, decoder, StandardNormal(2), gaussian_kl), 2.0)
        batch = torch.randint(2, (5, 4)).float()
    return Case(model, batch, log_evidence=lambda x: evidence(model, x))


def delta() -> Case:
    """A VAE over six bits whose two latents are correlated under the prior."""
    with seeded(12):
        decoder = FactorizedDecoder(MLP(2, (8,), 6), Bernoulli(), (6,))
        model = lively(VAE(GaussianEncoder(MLP(6, (8,), 4)), decoder, AR1(0.8, 2), ar1_kl), 2.0)
        batch = torch.randint(2, (5, 6)).float()
    return Case(model, batch, log_evidence=lambda x: evidence(model, x))


def turned() -> Case:
    """The VAE over six bits with its latent plane turned."""
    case = vae(closed_form=False)
    cos, sin = math.cos(0.7), math.sin(0.7)
    case.model = rotated(case.model, torch.tensor([[cos, -sin], [sin, cos]])).eval()
    return case


def given_classes(conditional_prior: bool) -> Case:
    """A conditional VAE with two latents over four bits, given one of three classes."""
    with seeded(14):
        decoder = ConditionalDecoder(FactorizedDecoder(MLP(2 + 3, (8,), 4), Bernoulli(), (4,)), Classes(3, 3))
        encoder = ConditionalEncoder(MLP(4 + 3, (8,), 4), Classes(3, 3), Bernoulli().embed)
        prior = (
            ConditionalNormal(MLP(3, (8,), 4), Classes(3, 3)) if conditional_prior else Unconditional(StandardNormal(2))
        )
        model = lively(CVAE(encoder, decoder, prior, gaussian_kl), 1.1).given(torch.tensor([1])).eval()
        batch = torch.randint(2, (5, 4)).float()
    return Case(model, batch, log_evidence=lambda x: evidence(model, x))


CASES: dict[str, Callable[[], Case]] = {
    "autoencoder": autoencoder,
    "beta-vae": turned,
    "cvae": lambda: given_classes(conditional_prior=True),
    "cvae/standard-prior": lambda: given_classes(conditional_prior=False),
    "ppca": lambda: ppca(2, 1),
    "ppca/wide": lambda: ppca(2, 3),
    "ppca/linear-vae": linear_vae,
    "posterior-collapse": chained,
    "posterior-collapse/delta-vae": delta,
    "vae": lambda: vae(closed_form=False),
    "vae/closed-form": lambda: vae(closed_form=True),
    "vae/gaussian": real,
    "vae/mixture-prior": lambda: richer(vamp=False),
    "vae/vamp-prior": lambda: richer(vamp=True),
    "vq-vae": lambda: vq_vae(VectorQuantiser, UniformCodes(3, 2)),
    "vq-vae/learned-prior": learned_codes,
}
