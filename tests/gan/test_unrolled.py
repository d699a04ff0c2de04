"""Unrolling follows the critic's own gradient steps, and its gradient is that of the whole computation."""

import pytest
import torch

from genbook.gan import GAN, Examples, MLPCritic, NonSaturating, Unrolled
from genbook.nn import MLP, StandardNormal
from genbook.numerics import seeded


def game(steps=3, step_size=0.2):
    with seeded(0):
        players = MLP(2, (5,), 2).double(), MLPCritic(2, (5,), torch.nn.SiLU).double()
        data = Examples(torch.randn(1, 2, dtype=torch.float64))  # one point: every batch is the same
    return Unrolled(*players, StandardNormal(2).double(), NonSaturating(), data, steps, step_size)


def test_the_unrolled_critic_is_the_one_that_gradient_descent_finds():
    unrolled = game()
    z = torch.ones(4, 2, dtype=torch.float64)
    x = unrolled.data.x.repeat(4, 1)
    x_model = unrolled.generator(z).detach()
    before = [p.clone() for p in unrolled.critic.parameters()]
    phi = unrolled.unroll(x.expand(3, 4, 2), x_model)
    assert all(torch.equal(a, b) for a, b in zip(before, unrolled.critic.parameters(), strict=True))
    plain = GAN(unrolled.generator, unrolled.critic, unrolled.latent, NonSaturating())
    descent = torch.optim.SGD(unrolled.critic.parameters(), lr=0.2)
    for _ in range(3):
        descent.zero_grad()
        plain.critic_loss(x, z).backward()
        descent.step()
    for name, parameter in unrolled.critic.named_parameters():
        torch.testing.assert_close(phi[name].detach(), parameter.detach())


def test_the_gradient_flows_through_the_updates():
    unrolled = game()
    with seeded(1):
        z = torch.randn(4, 2, dtype=torch.float64)
    loss = unrolled.generator_loss(z)
    weight = unrolled.generator[0].weight
    (slope,) = torch.autograd.grad(loss, weight)
    eps, shift = 1e-6, torch.zeros_like(weight)
    shift[1, 0] = eps
    with torch.no_grad():
        weight.add_(shift)
    above = unrolled.generator_loss(z).item()
    with torch.no_grad():
        weight.sub_(2 * shift)
    below = unrolled.generator_loss(z).item()
    assert slope[1, 0].item() == pytest.approx((above - below) / (2 * eps), rel=1e-5)
    with torch.no_grad():
        weight.add_(shift)
    phi = {name: w.detach() for name, w in unrolled.unroll(_rows(unrolled), unrolled.generator(z)).items()}
    short = torch.func.functional_call(unrolled.critic, phi, (unrolled.generator(z),))
    (without,) = torch.autograd.grad(NonSaturating().generator(short), weight)
    assert not torch.allclose(slope, without, rtol=1e-3), "the second term of the gradient is missing"


def _rows(unrolled):
    return unrolled.data.x.repeat(4, 1).expand(unrolled.steps, 4, 2)


def test_the_critic_keeps_its_weights_and_takes_no_gradient():
    unrolled = game()
    unrolled.critic.requires_grad_(False)  # as `fit_adversarial` does while the generator moves
    unrolled.generator_loss(torch.ones(3, 2, dtype=torch.float64)).backward()
    assert all(p.grad is None for p in unrolled.critic.parameters())
    assert all(p.grad is not None for p in unrolled.generator.parameters())


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="steps is 0"):
        game(steps=0)
    with pytest.raises(ValueError, match=r"step_size is 0.0, expected"):
        game(step_size=0.0)
    parts = MLP(2, (3,), 2), MLPCritic(2, (3,)), StandardNormal(2), NonSaturating()
    with pytest.raises(TypeError, match="data is a Tensor"):
        Unrolled(*parts, torch.zeros(2, 2))
