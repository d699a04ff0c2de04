"""Importance weights: against the evidence of a linear Gaussian model, and gradients against each other."""

import math
from copy import deepcopy

import pytest
import torch
from torch import nn

from genbook.nn import MLP
from genbook.nn.outputs import Bernoulli
from genbook.numerics import seeded
from genbook.vae import VAE, FactorizedDecoder, GaussianEncoder, StandardNormal
from genbook.vae.iwae import (
    dreg_loss,
    effective_sample_size,
    gradient_signal_to_noise,
    importance_bound,
    iwae_loss,
    log_mean_exp,
)
from genbook.vae.linear import LinearDecoder, LinearEncoder


def linear(shift=0.3, widen=1.4):
    """A linear Gaussian VAE in float64 whose q misses the true posterior by `shift` and `widen`, and its evidence."""
    with seeded(0):
        w = torch.linalg.qr(torch.randn(5, 2, dtype=torch.float64))[0] * torch.tensor([1.5, 0.8], dtype=torch.float64)
        x = torch.randn(7, 5, dtype=torch.float64)
    decoder, encoder = LinearDecoder(w, torch.zeros(5, dtype=torch.float64), 0.5), LinearEncoder(5, 2).double()
    inverse = torch.linalg.inv(w.T @ w + 0.5 * torch.eye(2, dtype=torch.float64))  # diagonal: W has orthogonal columns
    with torch.no_grad():
        encoder.linear.weight.copy_(inverse @ w.T)
        encoder.linear.bias.fill_(shift)
        encoder.log_scale.copy_((0.5 * inverse.diagonal()).sqrt().log() + math.log(widen))
    model = VAE(encoder, decoder, StandardNormal(2).double())
    covariance = w @ w.T + 0.5 * torch.eye(5, dtype=torch.float64)
    evidence = torch.distributions.MultivariateNormal(torch.zeros(5, dtype=torch.float64), covariance).log_prob(x)
    return model, x, evidence


def bits():
    with seeded(1):
        decoder = FactorizedDecoder(MLP(2, (8,), 6), Bernoulli(), (6,))
        model = VAE(GaussianEncoder(MLP(6, (8,), 4)), decoder, StandardNormal(2)).double()
        return model, torch.randint(2, (5, 6)).double()


def test_at_the_true_posterior_one_draw_is_the_evidence():
    model, x, evidence = linear(shift=0.0, widen=1.0)
    torch.testing.assert_close(importance_bound(model, x, 1), evidence)


def test_the_bound_rises_with_the_draws_and_reaches_the_evidence():
    model, x, evidence = linear()
    with seeded(0):
        many = x.repeat(400, 1)
        bounds = [importance_bound(model, many, k).view(400, -1).mean() for k in (1, 2, 5, 20)]
        far = importance_bound(model, x, 200_000)
    gaps = torch.stack([evidence.mean() - b for b in bounds])
    assert (gaps[:-1] - gaps[1:] > 0.01).all() and gaps[-1] > 0, gaps
    torch.testing.assert_close(far, evidence, atol=0.01, rtol=0)


def test_the_gap_of_one_draw_is_the_divergence_to_the_posterior():
    """KL(q || posterior) of the shifted, widened Gaussian: known by hand, the same for every x."""
    model, x, evidence = linear()
    scale = model.encoder.log_scale.exp().detach() / 1.4
    each = 0.5 * (1.4**2 + (0.3 / scale) ** 2 - 1) - math.log(1.4)
    with seeded(0):
        mean = importance_bound(model, x.repeat(3000, 1), 1).mean()
    assert abs(evidence.mean() - mean - each.sum()) < 0.02


def test_chunks_change_nothing_but_the_order_of_the_draws():
    model, x = bits()
    one_by_one = [importance_bound(model, x, 50, rows=n).mean() for n in (1, 11, 10**6)]
    assert max(one_by_one) - min(one_by_one) < 0.5
    with seeded(3):
        whole = importance_bound(model, x, 50, rows=10**6)
    with seeded(3):
        torch.testing.assert_close(whole, log_mean_exp(model.log_weights(x, 50)).detach())


@pytest.mark.parametrize("rows", [5, 17, 10**6])
def test_no_more_rows_are_decoded_at_a_time_than_asked_for(rows):
    model, x = bits()
    seen = []
    model.decoder.network.register_forward_hook(lambda module, inputs, out: seen.append(len(out)))
    importance_bound(model, x, 23, rows=rows)
    assert max(seen) <= max(rows, len(x)) and sum(seen) == 23 * len(x)


def test_effective_sample_size_by_hand():
    log_w = torch.tensor([[0.0, 5.0], [0.0, 5.0 + math.log(3)]])
    torch.testing.assert_close(effective_sample_size(log_w), torch.tensor([2.0, 16 / 10]))


def gradients(model, loss, repeats):
    """The mean gradient of encoder and decoder over many draws, and its standard error."""
    parameters = list(model.parameters())
    each = []
    for _ in range(repeats):
        g = torch.autograd.grad(loss(), parameters)
        each.append(torch.cat([p.flatten() for p in g]))
    g = torch.stack(each)
    return g.mean(0), g.std(0) / repeats**0.5


def biased(model, x, samples):
    """What `dreg_loss` would be with the weight itself in place of its square."""
    q = model.encoder(x)
    z, _ = q.draw(samples)
    log_p = model.decoder(z.flatten(0, 1)).log_prob(x.repeat(samples, 1)) + model.prior.log_prob(z.flatten(0, 1))
    return -log_mean_exp(log_p.view(samples, -1) - q.detach().log_prob(z)).mean()


def test_dreg_has_the_gradient_of_the_bound_and_a_wrong_weight_has_not():
    """Compared on rows that are repeated, so that one gradient averages many draws."""
    model, x = bits()
    with torch.no_grad():
        for p in model.parameters():
            p.mul_(2.5)
    x = x.repeat(400, 1)
    with seeded(0):
        plain, e1 = gradients(model, lambda: iwae_loss(model, x, 4), 60)
        dreg, e2 = gradients(model, lambda: dreg_loss(model, x, 4), 60)
        wrong, e3 = gradients(model, lambda: biased(model, x, 4), 60)
    z = (plain - dreg) / (e1**2 + e2**2).sqrt()
    assert z.abs().max() < 4.5 and z.square().mean() < 1.5
    assert ((plain - wrong) / (e1**2 + e3**2).sqrt()).abs().max() > 8


def test_dreg_has_the_value_of_the_bound():
    model, x = bits()
    with seeded(0):
        ours = dreg_loss(model, x, 6)
    with seeded(0):
        torch.testing.assert_close(ours, iwae_loss(model, x, 6))


def test_the_landing_sticks_with_one_draw():
    """At the true posterior the gradient of the encoder is exactly zero in every draw; that of the bound is noise."""
    model, x, _ = linear(shift=0.0, widen=1.0)
    parameters = list(model.encoder.parameters())
    assert max(g.abs().max() for g in torch.autograd.grad(dreg_loss(model, x, 1), parameters)) < 1e-12
    assert max(g.abs().max() for g in torch.autograd.grad(iwae_loss(model, x, 1), parameters)) > 1e-2


def test_the_signal_of_the_encoder_drowns_in_noise_unless_doubly_reparameterised():
    """Rainforth et al. 2018: as 1 / sqrt(K) for the bound; Tucker et al. 2019: as sqrt(K) for the other estimator."""
    model, x, _ = linear(0.05, 1.05)
    x = x[:1]
    parameters = list(model.encoder.parameters())

    def snr(loss, k):
        with seeded(0):
            return gradient_signal_to_noise(lambda: loss(model, x.expand(8, -1), k), parameters, 400).log().mean()

    plain, dreg = snr(iwae_loss, 1) - snr(iwae_loss, 64), snr(dreg_loss, 64) - snr(dreg_loss, 1)
    assert 1.2 < plain < 2.9 and 1.2 < dreg < 2.9, (plain, dreg)  # log(8) = 2.08


def test_bad_input_is_refused_in_one_sentence():
    model, x = bits()
    with pytest.raises(ValueError, match="samples is 0, expected a whole number at least 1"):
        importance_bound(model, x, 0)
    with pytest.raises(ValueError, match="expected whole numbers from 0 to 1"):
        importance_bound(model, x + 0.5, 1)
    with pytest.raises(ValueError, match=r"expected \(B, 6\)"):
        dreg_loss(model, x[:, :3], 1)
    with pytest.raises(ValueError, match="repeats is 1, expected at least 2"):
        gradient_signal_to_noise(lambda: iwae_loss(model, x, 1), [*model.parameters()], 1)


def test_a_frozen_encoder_is_no_obstacle():
    model, x = bits()
    frozen = deepcopy(model)
    nn.Module.requires_grad_(frozen.encoder, False)
    dreg_loss(frozen, x, 3).backward()
    assert all(p.grad is not None for p in frozen.decoder.parameters())
