"""Gradient penalties: against gradients written by hand and against finite differences of the penalty itself."""

import pytest
import torch
from torch import Tensor, nn

from genbook.gan import GAN, R1, MLPCritic, NonSaturating, input_gradients
from genbook.nn import MLP, StandardNormal
from genbook.numerics import seeded


def smooth_critic() -> MLPCritic:
    with seeded(0):
        return MLPCritic(3, (6,), nn.Tanh).double()


def examples() -> tuple[Tensor, Tensor]:
    with seeded(1):
        return torch.randn(5, 3, dtype=torch.float64), torch.randn(5, 3, dtype=torch.float64)


def test_each_row_gets_the_gradient_of_its_own_score() -> None:
    critic, (x, _) = smooth_critic(), examples()
    by_hand = torch.stack([torch.autograd.functional.jacobian(critic, row[None])[0, 0] for row in x])
    torch.testing.assert_close(input_gradients(critic, x), by_hand)


def test_r1_of_a_linear_critic_is_half_the_squared_norm_of_its_weights() -> None:
    critic = MLPCritic(3, ())
    x, x_model = (t.float() for t in examples())
    norm = critic.network[0].weight.detach().square().sum()
    torch.testing.assert_close(R1(weight=10.0)(critic, x, x_model).detach(), 5 * norm)


def test_r1_looks_at_the_real_examples_only() -> None:
    critic, (x, x_model) = smooth_critic(), examples()
    penalty = R1()
    assert penalty(critic, x, x_model) == penalty(critic, x, x)
    assert penalty(critic, x, x_model) != penalty(critic, x_model, x)


def test_double_backward_agrees_with_finite_differences() -> None:
    critic, (x, x_model) = smooth_critic(), examples()
    penalty, weights = R1(weight=2.0), critic.network[0].weight
    (gradient,) = torch.autograd.grad(penalty(critic, x, x_model), weights)
    step, numeric = 1e-5, torch.zeros_like(weights)
    for k in range(weights.numel()):
        values = []
        for sign in (1, -1):
            with torch.no_grad():
                weights.view(-1)[k] += sign * step
                values.append(penalty(critic, x, x_model).item())
                weights.view(-1)[k] -= sign * step
        numeric.view(-1)[k] = (values[0] - values[1]) / (2 * step)
    assert gradient.abs().max() > 1e-3
    torch.testing.assert_close(gradient, numeric, rtol=1e-6, atol=1e-8)


def test_a_penalty_sends_no_gradient_to_the_generator() -> None:
    gan = GAN(MLP(2, (4,), 3), MLPCritic(3, (4,)), StandardNormal(2), NonSaturating(), R1())
    gan.critic_loss(torch.randn(5, 3), torch.randn(5, 2)).backward()
    assert all(p.grad is None for p in gan.generator.parameters())
    assert gan.critic.network[0].weight.grad.abs().sum() > 0


def test_the_penalty_has_a_value_inside_no_grad() -> None:
    critic, (x, x_model) = smooth_critic(), examples()
    with torch.no_grad():
        assert R1()(critic, x, x_model) > 0


def test_bad_input() -> None:
    with pytest.raises(ValueError, match=r"the critic returned the shape \(4, 1\), expected \(B,\)"):
        input_gradients(nn.Linear(2, 1), torch.zeros(4, 2))
    with pytest.raises(ValueError, match=r"weight is -1\.0, expected a number of at least 0"):
        R1(-1.0)
    with pytest.raises(ValueError, match="weight is nan"):
        R1(float("nan"))
    with pytest.raises(TypeError, match=r"x has dtype torch\.int64"):
        input_gradients(MLPCritic(2, (3,)), torch.zeros(4, 2, dtype=torch.int64))
