"""Spectral normalisation against the SVD, as a bound on the slope of a network, and against convolutions in full."""

import copy
import math
from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d

from genbook.gan import MLPCritic, SpectralNorm, Wasserstein, convolution_norm, input_gradients, spectrally_normalised
from genbook.nn import power_step
from genbook.numerics import seeded


def test_power_steps_find_the_first_singular_pair():
    with seeded(0):
        matrix, v = torch.randn(6, 4, dtype=torch.float64), torch.randn(4, dtype=torch.float64)
    left, values, right = torch.linalg.svd(matrix)
    estimates = []
    for _ in range(200):
        u, v = power_step(matrix, v)
        estimates.append((u @ matrix @ v).item())
    assert abs(estimates[-1] - values[0].item()) < 1e-9
    assert abs(abs(u @ left[:, 0]).item() - 1) < 1e-9 and abs(abs(v @ right[0]).item() - 1) < 1e-9
    assert all(a <= b + 1e-12 for a, b in pairwise(estimates))  # from below


def drifting(layer, updates=100, lr=2e-3):
    """Train a normalised layer on a moving target, as a game would, and return the error of s at every update."""
    adam, errors = torch.optim.Adam(layer.parameters(), lr), []
    for k in range(updates):
        x = torch.randn(32, *(layer.in_features,) if isinstance(layer, nn.Linear) else (layer.in_channels, 6, 6))
        adam.zero_grad()
        (layer(x) * math.cos(k / 5)).sin().mean().backward()
        adam.step()
        with torch.no_grad():
            weight = layer.parametrizations.weight.original
            norm = layer.parametrizations.weight[0]
            errors.append((norm.largest(weight) / torch.linalg.matrix_norm(weight.flatten(1), 2) - 1).item())
    return errors


@pytest.mark.parametrize("layer", [nn.Linear(20, 30), nn.Conv2d(3, 8, 3)], ids=["linear", "convolution"])
def test_one_power_step_an_update_stays_within_one_percent_of_the_svd(layer):
    with seeded(1):
        torch.nn.init.normal_(layer.weight)
        errors = drifting(spectrally_normalised(layer))
    assert max(abs(e) for e in errors) < 0.01


def test_in_evaluation_the_vectors_rest_and_in_training_they_move():
    with seeded(2):
        layer = spectrally_normalised(nn.Linear(5, 4))
        with torch.no_grad():
            layer.parametrizations.weight.original.copy_(torch.randn(4, 5))
    norm = layer.parametrizations.weight[0]
    before = norm.u.clone()
    layer.eval()(torch.zeros(1, 5))
    assert torch.equal(norm.u, before)
    layer.train()(torch.zeros(1, 5))
    assert not torch.equal(norm.u, before)


def test_gradient_is_that_of_the_exactly_normalised_weight():
    with seeded(3):
        weight, direction = torch.randn(4, 6, dtype=torch.float64), torch.randn(4, 6, dtype=torch.float64)
    norm = SpectralNorm(weight)
    for _ in range(300):
        norm(weight)
    a, b = (weight.clone().requires_grad_() for _ in range(2))
    (norm(a) * direction).sum().backward()
    (b / torch.linalg.matrix_norm(b, 2) * direction).sum().backward()
    torch.testing.assert_close(a.grad, b.grad, atol=1e-8, rtol=0)


@pytest.mark.parametrize("bound", [1.0, 0.5])
def test_a_dense_critic_is_lipschitz(bound):
    with seeded(4):
        critic = MLPCritic(3, (32, 32))
        for p in critic.parameters():
            nn.init.normal_(p, std=2.0)
        steep = input_gradients(critic, 3 * torch.randn(500, 3)).norm(dim=1).max()
        spectrally_normalised(critic, bound)
        for _ in range(50):
            critic(torch.zeros(1, 3))
        critic.eval()
        x, y = 3 * torch.randn(2000, 3), 3 * torch.randn(2000, 3)
        with torch.no_grad():
            ratio = (critic(x) - critic(y)).abs() / (x - y).norm(dim=1)
    assert steep > 5 and ratio.max() <= bound**3 * 1.001
    assert input_gradients(critic, x).norm(dim=1).max() <= bound**3 * 1.001


def test_both_scores_of_a_batch_and_their_second_derivatives_can_be_differentiated():
    critic = spectrally_normalised(MLPCritic(2, (8,), nn.SiLU))
    x = torch.randn(4, 2)
    loss = Wasserstein().critic(critic(x), critic(x + 1)) + input_gradients(critic, x).square().sum()
    loss.backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in critic.parameters())


def test_copies_and_saved_states_keep_the_weights():
    with seeded(5):
        critic, other = (spectrally_normalised(MLPCritic(2, (8,))).eval() for _ in range(2))
    x = torch.ones(3, 2)
    torch.testing.assert_close(copy.deepcopy(critic)(x), critic(x))
    other.load_state_dict(critic.state_dict())
    torch.testing.assert_close(other(x), critic(x))


def full_matrix(kernel, size, padding, mode):
    """The convolution as a matrix, column by column."""
    basis = torch.eye(kernel.shape[1] * size * size, dtype=kernel.dtype).view(-1, kernel.shape[1], size, size)
    if mode == "circular":
        basis = nn.functional.pad(basis, (0, kernel.shape[3] - 1, 0, kernel.shape[2] - 1), mode="circular")
    return conv2d(basis, kernel, padding=0 if mode == "circular" else padding).flatten(1).T


@pytest.mark.parametrize("seed", range(3))
def test_norm_of_a_convolution_is_that_of_its_matrix(seed):
    with seeded(seed):
        kernel = torch.randn(2, 3, 3, 3, dtype=torch.float64)
    exact = convolution_norm(kernel, 6, 6)
    torch.testing.assert_close(exact, torch.linalg.matrix_norm(full_matrix(kernel, 6, 0, "circular"), 2))
    reshaped = torch.linalg.matrix_norm(kernel.flatten(1), 2)
    assert exact <= 3 * reshaped
    padded = torch.linalg.matrix_norm(full_matrix(kernel, 4, 1, "zeros"), 2)
    assert padded <= convolution_norm(kernel, 6, 6) + 1e-9


def test_the_factor_of_three_is_attained_so_the_reshaped_norm_is_no_bound():
    kernel = torch.ones(1, 1, 3, 3)
    assert convolution_norm(kernel, 8, 8).item() == pytest.approx(9)
    assert torch.linalg.matrix_norm(kernel.flatten(1), 2).item() == pytest.approx(3)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="expected at least one"):
        spectrally_normalised(nn.ReLU())
    with pytest.raises(ValueError, match="bound is -1"):
        SpectralNorm(torch.ones(2, 2), -1)
    with pytest.raises(ValueError, match="expected \\(O, I, h, w\\)"):
        convolution_norm(torch.ones(3, 3), 8, 8)
