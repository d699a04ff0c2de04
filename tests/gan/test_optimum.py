"""The optimum of the game: against brute force on a finite space, closed forms, quadrature and autograd."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance
from torch import Tensor
from torch.distributions import Normal

from genbook.foundations import kl_on_grid
from genbook.gan import GAN, Minimax, MLPCritic, NonSaturating
from genbook.gan.optimum import game_value, jensen_shannon, optimal_discriminator, shift_gradient, w1_normals
from genbook.nn import MLP, StandardNormal
from genbook.numerics import grid, seeded

X, CELL = grid([-20.0], [20.0], 8000)


def tables(seed: int, states: int = 6) -> tuple[Tensor, Tensor]:
    """Two distributions on a few states; the first state is impossible under p, the last under q."""
    with seeded(seed):
        p, q = torch.rand(2, states, dtype=torch.float64).unbind()
    p[0] = q[-1] = 0
    return (p / p.sum()).log(), (q / q.sum()).log()


def normal(mean: float, scale: float):
    mean, scale = (torch.tensor(value, dtype=torch.float64) for value in (mean, scale))
    return lambda x: Normal(mean, scale).log_prob(x[..., 0])


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_no_other_discriminator_has_a_higher_value(seed: int) -> None:
    log_p, log_q = tables(seed)
    best = optimal_discriminator(log_p, log_q)
    p, q = log_p.exp(), log_q.exp()
    torch.testing.assert_close(best, p / (p + q))
    top = game_value(best.logit(), log_p, log_q)
    torch.testing.assert_close(top, -math.log(4) + 2 * jensen_shannon(log_p, log_q))
    for k in range(200):
        with seeded(k):
            other = (best + 0.2 * torch.randn_like(best)).clamp(0, 1)
        assert game_value(other.logit(), log_p, log_q) <= top + 1e-12


def test_gradient_ascent_on_a_finite_space_ends_at_the_formula() -> None:
    log_p, log_q = tables(3)
    score = torch.zeros(6, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([score], max_iter=500, tolerance_change=1e-15, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = -game_value(score, log_p, log_q)
        loss.backward()
        return loss

    optimizer.step(closure)
    torch.testing.assert_close(score.detach().sigmoid(), optimal_discriminator(log_p, log_q), atol=1e-4, rtol=0)


def test_at_equality_the_value_is_minus_log_4() -> None:
    log_p = tables(0)[0]
    assert game_value(torch.zeros(6).double(), log_p, log_p).item() == pytest.approx(-math.log(4), abs=1e-12)
    assert jensen_shannon(log_p, log_p).item() == pytest.approx(0, abs=1e-15)
    assert optimal_discriminator(log_p, log_p).unique().tolist() == [0.5]


@settings(max_examples=30, deadline=None)
@given(st.floats(-4, 4), st.floats(0.3, 3))
def test_jensen_shannon_of_gaussians_is_symmetric_and_bounded_and_the_mean_of_two_kl(mean: float, scale: float) -> None:
    log_p, log_q = normal(0.0, 1.0)(X), normal(mean, scale)(X)
    jsd = jensen_shannon(log_p, log_q, CELL)
    log_m = torch.logaddexp(log_p, log_q) - math.log(2)
    by_hand = (kl_on_grid(log_p, log_m, CELL) + kl_on_grid(log_q, log_m, CELL)) / 2
    assert jsd.item() == pytest.approx(by_hand.item(), abs=1e-12)
    assert jsd.item() == pytest.approx(jensen_shannon(log_q, log_p, CELL).item(), abs=1e-12)
    assert -1e-12 <= jsd.item() <= math.log(2)


def test_disjoint_supports_are_log_2_apart_with_a_finite_gradient() -> None:
    log_p = torch.tensor([0.5, 0.5, 0.0]).log()
    log_q = torch.tensor([-math.inf, -math.inf, 0.0], requires_grad=True)
    jsd = jensen_shannon(log_p, log_q)
    jsd.backward()
    assert jsd.item() == pytest.approx(math.log(2))
    assert log_q.grad.isfinite().all()


@pytest.mark.parametrize(("mean", "scale"), [(0.7, 1.0), (3.0, 0.8), (-2.0, 1.6)])
def test_what_both_losses_of_the_generator_descend(mean: float, scale: float) -> None:
    """Minimax follows 2 JSD, non-saturating KL(q || p) - 2 JSD (Arjovsky and Bottou 2017, theorem 2.5)."""
    m = torch.tensor(mean, dtype=torch.float64, requires_grad=True)
    width = torch.tensor(scale, dtype=torch.float64)
    log_p, log_q = normal(0.0, 1.0)(X), Normal(m, width).log_prob(X[:, 0])
    jsd, kl = jensen_shannon(log_p, log_q, CELL), kl_on_grid(log_q, log_p, CELL)
    slopes = [torch.autograd.grad(d, m, retain_graph=True)[0] for d in (2 * jsd, kl - 2 * jsd)]
    for objective, slope in zip((Minimax(), NonSaturating()), slopes, strict=True):
        found = shift_gradient(objective, normal(0.0, 1.0), normal(mean, scale), X, CELL)
        torch.testing.assert_close(found, slope[None], rtol=1e-8, atol=1e-10)


def test_the_gradient_is_that_of_the_library_s_generator_loss() -> None:
    """The losses of GAN on many draws, with the best critic plugged in and a shift as the generator."""

    class Shift(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.mean = torch.nn.Parameter(torch.tensor([2.0]))

        def forward(self, z: Tensor) -> Tensor:
            return z + self.mean

    class Best(torch.nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return (normal(0.0, 1.0)(x) - normal(2.0, 1.0)(x)).float()

    for objective in (Minimax(), NonSaturating()):
        gan = GAN(Shift(), Best(), StandardNormal(1), objective)
        with seeded(0):
            gan.generator_loss(gan.latent.sample(200_000)).backward()
        exact = shift_gradient(objective, normal(0.0, 1.0), normal(2.0, 1.0), X, CELL)
        assert gan.generator.mean.grad.item() == pytest.approx(exact.item(), abs=0.01)


def test_both_losses_rest_at_the_data_and_only_minimax_fades_far_away() -> None:
    p = normal(0.0, 1.0)
    for objective in (Minimax(), NonSaturating()):
        assert shift_gradient(objective, p, p, X, CELL).abs().item() < 1e-12
    far = {type(o): shift_gradient(o, p, normal(10.0, 1.0), X, CELL).item() for o in (Minimax(), NonSaturating())}
    assert 0 < far[Minimax] < 1e-4
    assert far[NonSaturating] == pytest.approx(10.0, abs=1e-4)  # the slope of KL(q || p) = mean^2 / 2


def test_w1_of_normals_against_quantiles_and_draws() -> None:
    levels = (torch.arange(200_000, dtype=torch.float64) + 0.5) / 200_000
    z = torch.special.ndtri(levels)
    for mean, scale in ((0.0, 1.0), (1.5, 0.4), (-3.0, 2.2), (0.2, 1.0)):
        exact = w1_normals(*torch.tensor([0.0, 1.0, mean, scale], dtype=torch.float64)).item()
        assert exact == pytest.approx((mean + scale * z - z).abs().mean().item(), abs=1e-4)
        assert exact == pytest.approx(wasserstein_distance(z[::50].numpy(), (mean + scale * z[::50]).numpy()), abs=1e-2)


def test_the_slope_of_w1_stays_one_far_away_and_is_finite_at_equal_scales() -> None:
    for mean, scale in ((50.0, 1.0), (50.0, 2.0), (1.0, 1.0), (0.0, 1.0)):
        m = torch.tensor(mean, dtype=torch.float64, requires_grad=True)
        one = torch.tensor(1.0, dtype=torch.float64)
        (slope,) = torch.autograd.grad(w1_normals(0 * one, one, m, scale * one), m)
        assert slope.isfinite() and slope.item() == pytest.approx(min(mean, 1.0), abs=1e-9)
    m = torch.tensor(0.6, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(w1_normals(*torch.tensor([0.0, 1.0]).double(), m, 3.0 * one), m)
    assert slope.item() == pytest.approx(math.erf(0.6 / (2 * math.sqrt(2))))


@pytest.mark.parametrize("score", [1e4, -1e4])
def test_losses_and_gradients_are_finite_at_extreme_scores(score: float) -> None:
    for objective in (Minimax(), NonSaturating()):
        real, fake = (torch.full((3,), score, requires_grad=True) for _ in range(2))
        loss = objective.critic(real, fake) + objective.generator(fake)
        loss.backward()
        assert loss.isfinite() and real.grad.isfinite().all() and fake.grad.isfinite().all()
    sure = torch.full((1,), -1e4, requires_grad=True)
    slope = lambda o: torch.autograd.grad(o.generator(sure), sure)[0].item()  # noqa: E731
    assert (slope(Minimax()), slope(NonSaturating())) == (0.0, -1.0)
    assert not torch.sigmoid(sure).log().isfinite().all()  # what the logits avoid


def test_a_trained_critic_learns_the_log_ratio() -> None:
    """A critic with enough freedom, trained to the end on many draws, scores x by log p - log q where data are."""
    with seeded(0):
        gan = GAN(MLP(1, (), 1), MLPCritic(1, (32, 32), torch.nn.SiLU), StandardNormal(1), Minimax())
        gan.generator.requires_grad_(False)
        gan.generator[0].weight.fill_(0.7)
        gan.generator[0].bias.fill_(1.5)
        optimizer = torch.optim.Adam(gan.critic.parameters(), lr=1e-2)
        for _ in range(400):
            optimizer.zero_grad()
            gan.critic_loss(torch.randn(2000, 1), gan.latent.sample(2000)).backward()
            optimizer.step()
        x = torch.linspace(-1.0, 2.5, 50)[:, None]
    truth = normal(0.0, 1.0)(x) - normal(1.5, 0.7)(x)
    assert (gan.critic(x) - truth).abs().mean() < 0.2
    assert truth.abs().mean() > 1


def test_bad_input() -> None:
    one = torch.ones(())
    with pytest.raises(ValueError, match=r"log_p has shape \(2,\) and log_q \(3,\), expected the same points"):
        jensen_shannon(torch.zeros(2), torch.zeros(3))
    with pytest.raises(ValueError, match="holds NaN"):
        optimal_discriminator(torch.tensor([math.nan]), torch.zeros(1))
    with pytest.raises(ValueError, match=r"score has shape \(3,\), expected one a point: \(2,\)"):
        game_value(torch.zeros(3), torch.zeros(2), torch.zeros(2))
    with pytest.raises(ValueError, match=r"points has shape \(8,\), expected \(N, D\)"):
        shift_gradient(Minimax(), normal(0, 1), normal(1, 1), torch.zeros(8))
    with pytest.raises(ValueError, match="a scale is not positive"):
        w1_normals(0 * one, one, one, 0 * one)
