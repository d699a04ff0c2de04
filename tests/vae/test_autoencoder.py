"""Linear autoencoders against the spectrum, denoising ones against the Wiener filter, and what corruption does."""

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Bernoulli, Normal

from genbook.data import batches, digits
from genbook.nn import MLP
from genbook.numerics import principal_angles, seeded
from genbook.training import fit
from genbook.vae.autoencoder import (
    Autoencoder,
    GaussianNoise,
    Masking,
    cross_entropy,
    squared_error,
    wiener_filter,
)
from genbook.vae.ppca import PPCA, spectrum

DIM = 8


def cloud(n: int = 400) -> Tensor:
    with seeded(0):
        x = torch.randn(n, DIM).double() * torch.linspace(3, 0.5, DIM)
        turn = torch.linalg.qr(torch.randn(DIM, DIM).double())[0]
    return x @ turn.T + 1


def descend(model: nn.Module, loss, x: Tensor, steps: int) -> None:
    adam = torch.optim.Adam(model.parameters(), lr=0.02)
    decay = torch.optim.lr_scheduler.LinearLR(adam, 1.0, 0.01, steps)
    for _ in range(steps):
        adam.zero_grad()
        loss(x).backward()
        adam.step()
        decay.step()


def linear(latents: int, corrupt=nn.Identity()) -> Autoencoder:  # noqa: B008
    with seeded(1):
        return Autoencoder(nn.Linear(DIM, latents), nn.Linear(latents, DIM), (DIM,), corrupt).double()


@pytest.mark.parametrize("latents", [1, 3])
def test_a_linear_autoencoder_spans_the_principal_subspace(latents: int) -> None:
    x, model = cloud(), linear(latents)
    descend(model, model.loss, x, 1500)
    mean, values, vectors = spectrum(x)
    assert principal_angles(model.decoder.weight.detach(), vectors[:, :latents]).max() < 1e-2
    assert abs(model.loss(x).item() / values[latents:].sum().item() - 1) < 1e-4  # what is left is the other variance
    projected = mean + (x - mean) @ vectors[:, :latents] @ vectors[:, :latents].T
    torch.testing.assert_close(model(x).detach(), projected, rtol=0, atol=0.02)


def test_a_linear_denoiser_is_the_wiener_filter_on_the_leading_directions() -> None:
    x, scale, latents = cloud(), 1.5, 3
    mean, values, vectors = spectrum(x)
    model = linear(latents)
    ridge = scale**2  # the expectation of the denoising loss, noise integrated out
    product = lambda: model.decoder.weight @ model.encoder.weight  # noqa: E731
    descend(model, lambda x: model.error(model(x), x).mean() + ridge * product().square().sum(), x, 2500)
    shrink = values[:latents] / (values[:latents] + scale**2)
    exact = vectors[:, :latents] * shrink @ vectors[:, :latents].T
    torch.testing.assert_close(product().detach(), exact, rtol=0, atol=5e-3)
    covariance = vectors * values @ vectors.T
    by_filter = wiener_filter(x, mean, covariance, scale) - mean
    torch.testing.assert_close((x - mean) @ exact, by_filter @ vectors[:, :latents] @ vectors[:, :latents].T)


def test_the_denoising_loss_integrates_the_noise() -> None:
    x, model = cloud(50), linear(3, GaussianNoise(0.7))
    with seeded(2), torch.no_grad():
        sampled = torch.stack([model.loss(x) for _ in range(3000)])
        product = model.decoder.weight @ model.encoder.weight
        exact = squared_error(model(x), x).mean() + 0.49 * product.square().sum()
    assert abs(sampled.mean() - exact) < 5 * sampled.std() / 3000**0.5


def test_a_denoiser_beats_the_identity_and_the_wiener_filter_on_new_digits() -> None:
    data, scale = digits(), 0.5
    train, test = data.train.x / 16, data.test.x / 16
    with seeded(3):
        model = Autoencoder(MLP(64, (256,), 64), MLP(64, (256,), 64), (64,), GaussianNoise(scale))
        adam = torch.optim.AdamW(model.parameters(), lr=1e-3)
        fit(model.loss, model, batches(train, 100), 600, adam)
        noisy = GaussianNoise(scale)(test)
    mean, values, vectors = spectrum(train)
    covariance = vectors * values @ vectors.T
    guesses = {
        "identity": noisy,
        "wiener": wiener_filter(noisy, mean, covariance, scale),
        "model": model(noisy).detach(),
    }
    cost = {name: squared_error(guess, test).mean().item() for name, guess in guesses.items()}
    assert cost["model"] < 0.97 * cost["wiener"] and cost["wiener"] < 0.5 * cost["identity"], cost


def test_the_wiener_filter_is_the_posterior_mean_of_a_gaussian() -> None:
    model = PPCA.fitted(cloud(), 3)
    w, mean = model.decoder.w.detach(), model.decoder.mean.detach()
    signal = w @ w.T  # noise-free part of x: what the decoder's mean varies by
    x = cloud(20)
    filtered = wiener_filter(x, mean, signal, model.variance.sqrt().item())
    torch.testing.assert_close(filtered, model.decoder(model.posterior(x).mean).mean.detach())


def test_errors_are_log_likelihoods_up_to_a_constant() -> None:
    with seeded(4):
        x, x_hat, bits = torch.randn(5, 3).double(), torch.randn(5, 3).double(), torch.randint(2, (5, 3)).double()
    gap = squared_error(x_hat, x) + Normal(x_hat, 0.5**0.5).log_prob(x).sum(1)
    torch.testing.assert_close(gap, gap[:1].expand(5))
    torch.testing.assert_close(cross_entropy(x_hat, bits), -Bernoulli(logits=x_hat).log_prob(bits).sum(1))


def test_corruption_spoils_as_announced_and_leaves_the_original() -> None:
    x = torch.ones(200, 500)
    with seeded(5):
        noisy, masked = GaussianNoise(0.3)(x), Masking(0.25, -1.0)(x)
    assert abs((noisy - x).std().item() - 0.3) < 0.003
    assert abs((masked == -1).float().mean().item() - 0.25) < 0.01 and set(masked.unique().tolist()) == {-1.0, 1.0}
    assert (x == 1).all()


def test_the_reconstruction_is_not_corrupted() -> None:
    model = linear(3, Masking(1.0))
    x = cloud(4)
    torch.testing.assert_close(model(x), model.decoder(model.encoder(x)))
    torch.testing.assert_close(model.loss(x), squared_error(model(torch.zeros_like(x)), x).mean())


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: linear(2)(torch.zeros(3, DIM + 1)), "x has shape"),
        (lambda: linear(2).loss(torch.zeros(3, DIM).long()), "dtype"),
        (lambda: linear(2).loss(torch.zeros(0, DIM)), "empty"),
        (lambda: Autoencoder(nn.Linear(3, 2), nn.Linear(2, 4), (3,))(torch.zeros(1, 3)), "the decoder gives"),
        (lambda: GaussianNoise(-1.0), "scale is -1"),
        (lambda: Masking(1.5), "share is 1.5"),
        (lambda: wiener_filter(torch.zeros(2, 3), torch.zeros(4), torch.eye(4), 1.0), "spoiled has shape"),
        (lambda: wiener_filter(torch.zeros(2, 4), torch.zeros(4), torch.eye(3), 1.0), "covariance has shape"),
    ],
)
def test_bad_input_gets_one_sentence(call, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words) as caught:
        call()
    assert "expected" in str(caught.value) and "\n" not in str(caught.value)
