"""Probabilistic PCA against the Gaussian that it is, and its three ways to the maximum against each other."""

import math
from itertools import pairwise

import pytest
import torch
from sklearn.decomposition import PCA
from torch import Tensor
from torch.distributions import MultivariateNormal

from genbook.data import digits
from genbook.numerics import principal_angles, seeded
from genbook.vae import VAE, LinearDecoder, LinearEncoder, StandardNormal, gaussian_kl
from genbook.vae.ppca import PPCA, CorrelatedGaussian, em_step, lengths, spectrum

VALUES = torch.tensor([9.0, 4.0, 2.0, 1.0, 0.5, 0.5]).double()


def drawn(seed: int = 0, dim: int = 6, latents: int = 3) -> PPCA:
    with seeded(seed):
        return PPCA(LinearDecoder(torch.randn(dim, latents).double(), torch.randn(dim).double(), 0.4))


def cloud(values: Tensor = VALUES, n: int = 500) -> Tensor:
    """Points whose sample mean is 1 and whose sample covariance has exactly these eigenvalues, in turned axes."""
    with seeded(1):
        x = torch.randn(n, len(values)).double()
        turn = torch.linalg.qr(torch.randn(len(values), len(values)).double())[0]
    x = x - x.mean(0)
    white = x @ torch.linalg.inv(torch.linalg.cholesky(x.T @ x / n)).T
    return 1 + white * values.sqrt() @ turn.T


def full(model: PPCA) -> MultivariateNormal:
    w = model.decoder.w
    return MultivariateNormal(model.decoder.mean, w @ w.T + model.variance * torch.eye(len(w)).to(w))


@pytest.mark.parametrize("latents", [1, 3, 6, 9])
def test_the_evidence_is_the_gaussian_log_density(latents: int) -> None:
    model, x = drawn(latents=latents), 2 * drawn(1).sample(20)
    torch.testing.assert_close(model.log_prob(x), full(model).log_prob(x), rtol=1e-11, atol=1e-11)


def test_the_evidence_survives_a_small_noise_in_single_precision() -> None:
    model = drawn()
    model.decoder.log_variance.data.fill_(math.log(1e-4))
    x = model.sample(50)
    exact = full(model).log_prob(x)
    torch.testing.assert_close(model.float().log_prob(x.float()).double(), exact, rtol=2e-3, atol=2e-2)


def test_its_gradient_is_that_of_the_gaussian_log_density() -> None:
    ours, theirs, x = drawn(), drawn(), drawn(1).sample(20)
    ours.loss(x).backward()
    (-full(theirs).log_prob(x).mean()).backward()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad, rtol=1e-9, atol=1e-10)


def test_the_posterior_is_the_conditional_of_the_joint_gaussian() -> None:
    model, x = drawn(), drawn(1).sample(8)
    w, c = model.decoder.w, full(model).covariance_matrix
    gain = torch.linalg.solve(c, w).T  # (K, D), Cov(z, x) Cov(x)^-1
    q = model.posterior(x)
    torch.testing.assert_close(q.mean, (x - model.decoder.mean) @ gain.T, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(q.covariance, torch.eye(3).double() - gain @ w, rtol=1e-10, atol=1e-10)


def test_at_the_exact_posterior_every_draw_gives_the_evidence() -> None:
    model, x = drawn(), drawn(1).sample(5)
    vae = VAE(model.posterior, model.decoder, StandardNormal(3).double())
    with seeded(2), torch.no_grad():
        weights = vae.log_weights(x, 100)  # (100, B)
    torch.testing.assert_close(weights, model.log_prob(x).expand(100, -1), rtol=1e-10, atol=1e-10)
    aside = drawn(seed=9)  # the posterior of another model
    missed = VAE(aside.posterior, model.decoder, StandardNormal(3).double())
    with seeded(2), torch.no_grad():
        assert missed.log_weights(x, 100).std(0).min() > 0.1


def test_a_correlated_gaussian_draws_what_it_says() -> None:
    with seeded(3):
        factor = torch.randn(3, 3).double().tril()
        factor.diagonal().abs_()
        q = CorrelatedGaussian(torch.randn(2, 3).double(), factor)
        z, log_q = q.draw(50_000)
    truth = MultivariateNormal(q.mean, scale_tril=factor)
    torch.testing.assert_close(log_q, truth.log_prob(z), rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(z.mean(0), q.mean, rtol=0, atol=0.03)
    torch.testing.assert_close(z[:, 0].T.cov(), q.covariance, rtol=0, atol=0.1)


def test_the_closed_form_is_that_of_scikit_learn() -> None:
    x = digits().train.x.double()
    model, pca = PPCA.fitted(x, 10), PCA(10, svd_solver="full").fit(x.numpy())
    shrink = (len(x) - 1) / len(x)  # it divides by N - 1
    assert abs(model.variance.item() / (pca.noise_variance_ * shrink) - 1) < 1e-6
    theirs = torch.tensor(pca.components_.T)
    assert principal_angles(model.decoder.w.detach(), theirs).max() < 1e-5


def test_nothing_near_the_closed_form_is_better() -> None:
    x = cloud()
    model = PPCA.fitted(x, 2)
    model.loss(x).backward()
    assert max(p.grad.abs().max().item() for p in model.parameters()) < 1e-9
    best = model.loss(x)
    for seed in range(20):
        other = PPCA.fitted(x, 2)
        with seeded(seed), torch.no_grad():
            for p in other.parameters():
                p.add_(0.05 * torch.randn_like(p))
            assert other.loss(x) > best


def test_a_rotation_of_the_latents_changes_nothing_that_can_be_observed() -> None:
    x, model = cloud(), PPCA.fitted(cloud(), 3)
    with seeded(4):
        turn = torch.linalg.qr(torch.randn(3, 3).double())[0]
    turned = PPCA(LinearDecoder(model.decoder.w @ turn, model.decoder.mean, model.variance))
    torch.testing.assert_close(turned.log_prob(x), model.log_prob(x), rtol=1e-11, atol=1e-11)


def test_em_climbs_to_the_closed_form_and_never_falls() -> None:
    x, model = cloud(), drawn(latents=2)
    model.decoder.mean.data = x.mean(0)  # the first step moves the mean there anyway
    values = [-model.loss(x).item()]
    for _ in range(300):
        model = em_step(model, x)
        values.append(-model.loss(x).item())
    assert min(b - a for a, b in pairwise(values)) > -1e-10
    exact = PPCA.fitted(x, 2)
    assert abs(values[-1] + exact.loss(x).item()) < 1e-9
    assert abs(model.variance.item() - exact.variance.item()) < 1e-6
    assert principal_angles(model.decoder.w.detach(), exact.decoder.w.detach()).max() < 1e-4


def test_gradient_descent_arrives_at_the_closed_form_too() -> None:
    x, model = cloud(), drawn(latents=2)
    search = torch.optim.LBFGS(model.parameters(), max_iter=300, line_search_fn="strong_wolfe", tolerance_grad=1e-9)

    def closure() -> Tensor:
        search.zero_grad()
        loss = model.loss(x)
        loss.backward()
        return loss

    search.step(closure)
    assert abs(model.loss(x).item() - PPCA.fitted(x, 2).loss(x).item()) < 1e-8
    assert principal_angles(model.decoder.w.detach(), PPCA.fitted(x, 2).decoder.w.detach()).max() < 1e-3


@pytest.mark.parametrize("variance", [0.3, 1.5, 3.0, 10.0])
def test_directions_under_the_noise_are_off_at_the_optimum(variance: float) -> None:
    x = cloud()
    model = PPCA.fitted(x, 4, variance)
    columns = model.decoder.w.detach().norm(dim=0)
    torch.testing.assert_close(columns**2, (VALUES[:4] - variance).clamp_min(0), rtol=1e-6, atol=1e-6)
    other = PPCA(LinearDecoder(torch.randn(6, 4).double(), x.mean(0), variance))
    other.decoder.log_variance.requires_grad_(False)
    adam = torch.optim.Adam(other.parameters(), lr=0.05)
    for _ in range(800):
        adam.zero_grad()
        other.loss(x).backward()
        adam.step()
    assert abs(other.loss(x).item() - model.loss(x).item()) < 1e-4  # gradient descent finds nothing better
    alive = int(VALUES.gt(variance).sum().clamp(max=4))
    assert int((torch.linalg.svdvals(other.decoder.w.detach()) > 0.1).sum()) == alive


def test_each_direction_carries_half_the_log_of_signal_over_noise() -> None:
    x, variance = cloud(), 0.7
    model = PPCA.fitted(x, 4, variance)
    q = model.posterior(x)
    scale = q.covariance.diagonal().sqrt()
    assert (q.covariance - q.covariance.diagonal().diag()).abs().max() < 1e-9
    kl = 0.5 * (scale**2 + q.mean**2 - 1 - 2 * scale.log()).mean(0)
    torch.testing.assert_close(kl, 0.5 * (VALUES[:4] / variance).log(), rtol=1e-6, atol=1e-6)


def test_the_linear_vae_recovers_evidence_subspace_axes_and_rates() -> None:
    x = cloud(torch.tensor([16.0, 8.0, 4.0, 1.0, 0.5, 0.5]).double())
    exact = PPCA.fitted(x, 3)
    with seeded(5):
        vae = VAE(
            LinearEncoder(6, 3).double(),
            LinearDecoder(torch.randn(6, 3).double(), x.mean(0)),
            StandardNormal(3).double(),
            gaussian_kl,
        )
        adam = torch.optim.Adam(vae.parameters(), lr=0.03)
        decay = torch.optim.lr_scheduler.LinearLR(adam, 1.0, 0.01, 3000)
        for _ in range(3000):
            adam.zero_grad()
            vae.loss(x).backward()
            adam.step()
            decay.step()
        with torch.no_grad():
            bound = vae.log_weights(x, 50).mean().item()
    learned = PPCA(vae.decoder)
    assert -exact.loss(x).item() - 0.05 < bound < -exact.loss(x).item() + 0.01
    assert abs(learned.loss(x).item() - exact.loss(x).item()) < 0.01
    columns = vae.decoder.w.detach() / vae.decoder.w.detach().norm(dim=0)
    cosines = (columns.T @ spectrum(x).vectors[:, :3]).abs()
    assert cosines.max(0).values.min() > 0.99  # the axes, not only their span
    q = learned.posterior(x)
    torch.testing.assert_close(vae.encoder(x).mean, q.mean, rtol=0, atol=0.15)


def test_lengths_and_spectrum() -> None:
    x = cloud()
    mean, values, vectors = spectrum(x)
    torch.testing.assert_close(values, VALUES, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(vectors.T @ vectors, torch.eye(6).double(), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(mean, torch.ones(6).double())
    assert (vectors.gather(0, vectors.abs().argmax(0, keepdim=True)) > 0).all()
    assert lengths(values, 4.5).tolist() == pytest.approx([4.5**0.5, 0, 0, 0, 0, 0])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: PPCA.fitted(cloud(), 6), "latents is 6"),
        (lambda: PPCA.fitted(cloud(), 0), "latents is 0"),
        (lambda: PPCA.fitted(cloud(), 2, -1.0), "positive number"),
        (lambda: PPCA.fitted(torch.eye(6)[:3], 3), "unbounded"),
        (lambda: PPCA.fitted(torch.zeros(0, 3), 1), "empty"),
        (lambda: PPCA.fitted(torch.full((3, 3), torch.nan), 1), "NaN"),
        (lambda: PPCA.fitted([[1.0]], 1), "torch tensor"),
        (lambda: em_step(drawn(), cloud()[:, :2]), "x has shape"),
        (lambda: em_step(drawn(), cloud() * torch.nan), "NaN"),
        (lambda: drawn().posterior(cloud()[0]), "x has shape"),
        (lambda: spectrum(torch.zeros(4)), "x has shape"),
    ],
)
def test_bad_input_gets_one_sentence(call, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words) as caught:
        call()
    assert "expected" in str(caught.value) and "\n" not in str(caught.value)
