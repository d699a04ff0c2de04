"""What a trained critic reports as a distance, against the exact one: Lipschitz by penalty, by layers, by clipping."""

import pytest
import torch

from genbook.gan import (
    LargestSlope,
    MLPCritic,
    Wasserstein,
    assignment_w1,
    clip_weights,
    input_gradients,
    spectrally_normalised,
)
from genbook.numerics import seeded

LINE = torch.linspace(-5, 5, 4000)[:, None]


def clouds():
    x = torch.cat([torch.randn(1000, 1) * 0.3 - 1, torch.randn(1000, 1) * 0.3 + 1])
    return x, 0.5 + 0.8 * torch.randn(2000, 1)


def train(critic, x, y, penalty=None, clip=None):
    """Return a critic that has been trained to tell x from y, and its largest slope on the line."""
    adam = torch.optim.Adam(critic.parameters(), 2e-3, betas=(0.5, 0.9))
    falling = torch.optim.lr_scheduler.LinearLR(adam, 1.0, 0.01, 400)
    if clip:
        clip_weights(adam, clip)
    for _ in range(400):
        i, j = torch.randint(len(x), (2, 256))
        loss = Wasserstein().critic(critic(x[i]), critic(y[j]))
        if penalty:
            loss = loss + penalty(critic, x[i], y[j])
        adam.zero_grad()
        loss.backward()
        adam.step()
        falling.step()
    return critic.eval(), input_gradients(critic, LINE).abs().max().item()


def reported(critic, x, y):
    with torch.no_grad():
        return (critic(x).mean() - critic(y).mean()).item()


def test_one_lipschitz_critic_is_within_five_percent():
    with seeded(1):
        x, y = clouds()
        critic, steepest = train(MLPCritic(1, (64, 64)), x, y, LargestSlope(1.0))
    truth = assignment_w1(x, y)
    assert 0.95 * truth < reported(critic, x, y) / steepest < truth * 1.001


def test_spectrally_normalised_critic_reports_a_lower_bound():
    with seeded(0):
        x, y = clouds()
        critic, steepest = train(spectrally_normalised(MLPCritic(1, (64, 64))), x, y)
    truth = assignment_w1(x, y)
    assert steepest <= 1.001 and 0.8 * truth < reported(critic, x, y) < truth * 1.001


def test_clipped_critics_report_the_distance_times_an_unknown_constant():
    with seeded(0):
        x, y = clouds()
        fits = {c: train(MLPCritic(1, (64, 64)), x, y, clip=c) for c in (0.1, 0.01)}
    truth = assignment_w1(x, y)
    ratios = {c: reported(critic, x, y) / truth for c, (critic, _) in fits.items()}
    assert ratios[0.1] > 1.2 and ratios[0.01] < 0.05
    for c, (_, k) in fits.items():
        assert 0.8 < ratios[c] / k <= 1.001


def test_clipped_weights_stay_in_the_box_until_the_clip_is_removed():
    with seeded(1):
        critic = MLPCritic(1, (64, 64))
        adam = torch.optim.Adam(critic.parameters(), 0.05)
        handle = clip_weights(adam, 0.02)
        for _ in range(20):
            assert all((p.abs() <= 0.02).all() for p in critic.parameters())
            critic(torch.randn(8, 1)).mean().backward()
            adam.step()
        handle.remove()
        adam.step()
    assert max(p.abs().max() for p in critic.parameters()) > 0.02


def test_clipping_refuses_what_it_cannot_clip():
    layer = torch.nn.Linear(1, 1)
    with pytest.raises(TypeError, match="expected a torch optimizer"):
        clip_weights(layer, 0.1)
    with pytest.raises(ValueError, match="bound is 0"):
        clip_weights(torch.optim.SGD(layer.parameters(), 0.1), 0)
