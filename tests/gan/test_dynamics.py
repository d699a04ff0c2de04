"""Steps of two players: against matrices in closed form, eigenvalues, invariants and steps written out by hand."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from genbook.gan import Minimax, NonSaturating, Wasserstein
from genbook.gan import small_games as small
from genbook.gan.dynamics import (
    Game,
    State,
    alternating,
    consensus,
    extragradient,
    field,
    jacobian,
    optimistic,
    optimistic_jacobian,
    optimistic_orbit,
    orbit,
    simultaneous,
    spectral_radius,
    two_time_scales,
)

RATES = [0.05, 0.3, 0.5, 0.7, 1.0, 1.9, 2.3]
ORIGIN = State(torch.zeros(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64))
START = State(torch.tensor([1.2], dtype=torch.float64), torch.tensor([-0.4], dtype=torch.float64))
METHODS = {
    "simultaneous": (simultaneous, small.xy_simultaneous, lambda a: math.sqrt(1 + a**2)),
    "alternating": (alternating, small.xy_alternating, small.xy_alternating_radius),
    "extragradient": (extragradient, small.xy_extragradient, lambda a: math.sqrt(1 - a**2 + a**4)),
    "consensus": (
        lambda game, w, a: consensus(game, w, a, 0.7),
        lambda a: small.xy_consensus(a, 0.7),
        lambda a: math.hypot(1 - 0.7 * a, a),
    ),
}


def radii(path: State) -> Tensor:
    return torch.hypot(path.theta, path.phi).flatten()


def quadratic() -> Game:
    """A game of vectors of different lengths, with curvature of its own for each player and not of zero sum."""
    a = torch.tensor([[0.5, -1.0, 2.0], [1.5, 0.3, -0.7]], dtype=torch.float64)
    return Game(
        lambda theta, phi: theta @ a @ phi + theta.pow(4).sum(),
        lambda theta, phi: -(theta @ a @ phi.sin()) + phi.square().sum(),
    )


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("lr", RATES)
def test_a_step_of_the_xy_game_is_its_matrix_with_the_derived_radius(name: str, lr: float) -> None:
    step, matrix, radius = METHODS[name]
    found = jacobian(lambda w: step(small.xy_game(), w, lr), START)
    torch.testing.assert_close(found, matrix(lr))
    moved = torch.cat(step(small.xy_game(), START, lr))
    torch.testing.assert_close(moved, matrix(lr) @ torch.cat(START))
    assert spectral_radius(matrix(lr)) == pytest.approx(radius(lr), abs=1e-7)


@pytest.mark.parametrize("lr", RATES)
def test_optimistic_steps_are_their_matrix_with_the_derived_radius(lr: float) -> None:
    game, before = small.xy_game(), State(START.theta + 0.3, START.phi - 0.1)
    after = optimistic(game, START, before, lr)
    torch.testing.assert_close(
        small.xy_optimistic(lr) @ torch.cat([*START, *before]), torch.cat([*after, *START]), rtol=1e-12, atol=1e-12
    )
    torch.testing.assert_close(optimistic_jacobian(game, ORIGIN, lr), small.xy_optimistic(lr))
    assert spectral_radius(small.xy_optimistic(lr)) == pytest.approx(small.xy_optimistic_radius(lr), abs=1e-7)


def test_simultaneous_orbits_grow_by_exactly_the_radius_a_step() -> None:
    path = radii(orbit(lambda w: simultaneous(small.xy_game(), w, 0.3), START, 50))
    torch.testing.assert_close(path, path[0] * 1.09 ** (torch.arange(51, dtype=torch.float64) / 2))


@settings(max_examples=20, deadline=None)
@given(st.floats(0.01, 1.95), st.floats(-3, 3), st.floats(-3, 3))
def test_alternating_orbits_keep_their_ellipse(lr: float, theta: float, phi: float) -> None:
    start = State(torch.tensor([theta], dtype=torch.float64), torch.tensor([phi], dtype=torch.float64))
    x, y = orbit(lambda w: alternating(small.xy_game(), w, lr), start, 60)
    kept = x**2 + lr * x * y + y**2
    torch.testing.assert_close(kept, kept[:1].expand_as(kept), rtol=1e-9, atol=1e-12)
    assert torch.linalg.det(small.xy_alternating(lr)).item() == pytest.approx(1)
    bound = math.sqrt((2 + lr) / (2 - lr)) * math.hypot(theta, phi)
    assert radii(State(x, y)).max() <= bound * (1 + 1e-9) + 1e-12


def test_alternating_orbits_leave_every_bound_above_a_rate_of_two() -> None:
    path = radii(orbit(lambda w: alternating(small.xy_game(), w, 2.1), START, 60))
    assert path[-1] > 1e10


def test_the_thresholds_of_the_other_methods() -> None:
    assert spectral_radius(small.xy_extragradient(0.99)) < 1 < spectral_radius(small.xy_extragradient(1.01))
    edge = 1 / math.sqrt(3)
    assert small.xy_optimistic_radius(edge - 0.01) < 1 < small.xy_optimistic_radius(edge + 0.01)
    weight = 0.7
    edge = 2 * weight / (1 + weight**2)
    assert (
        spectral_radius(small.xy_consensus(edge - 0.01, weight))
        < 1
        < spectral_radius(small.xy_consensus(edge + 0.01, weight))
    )
    best = weight / (1 + weight**2)
    assert spectral_radius(small.xy_consensus(best, weight)) == pytest.approx(1 / math.sqrt(1 + weight**2))
    best = min(torch.linspace(0.01, 1, 1000).tolist(), key=lambda a: spectral_radius(small.xy_extragradient(a)))
    assert best == pytest.approx(math.sqrt(0.5), abs=1e-3)


def test_steps_on_vectors_are_the_steps_written_out() -> None:
    game = quadratic()
    w = State(torch.tensor([0.3, -0.2]).double(), torch.tensor([1.0, -0.5, 0.7]).double())
    slope_theta = lambda t, p: torch.autograd.functional.jacobian(lambda t: game.generator_loss(t, p), t)  # noqa: E731
    slope_phi = lambda t, p: torch.autograd.functional.jacobian(lambda p: game.critic_loss(t, p), p)  # noqa: E731
    v = torch.cat([slope_theta(*w), slope_phi(*w)])
    flat = torch.cat(w)
    torch.testing.assert_close(torch.cat(field(game, w)), v)
    torch.testing.assert_close(torch.cat(simultaneous(game, w, 0.1)), flat - 0.1 * v)
    phi = w.phi - 0.1 * slope_phi(*w)
    torch.testing.assert_close(
        torch.cat(alternating(game, w, 0.1)), torch.cat([w.theta - 0.1 * slope_theta(w.theta, phi), phi])
    )
    ahead = State(*(flat - 0.1 * v).split([2, 3]))
    v_ahead = torch.cat([slope_theta(*ahead), slope_phi(*ahead)])
    torch.testing.assert_close(torch.cat(extragradient(game, w, 0.1)), flat - 0.1 * v_ahead)
    torch.testing.assert_close(torch.cat(optimistic(game, ahead, w, 0.1)), torch.cat(ahead) - 0.2 * v_ahead + 0.1 * v)
    half_norm = lambda x: torch.cat(field(game, State(*x.split([2, 3])))).square().sum() / 2  # noqa: E731
    downhill = torch.autograd.functional.jacobian(half_norm, flat)
    torch.testing.assert_close(torch.cat(consensus(game, w, 0.1, 0.4)), flat - 0.1 * (v + 0.4 * downhill))


@pytest.mark.parametrize("objective", [Minimax(), NonSaturating()])
@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0, 2.0])
def test_the_dirac_gan_turns_and_r1_damps_it(objective, weight: float) -> None:
    """Eigenvalues -weight/2 +- sqrt(weight^2 - 1)/2 of the flow (as in Mescheder et al. 2018)."""
    game = small.dirac_gan(objective, weight)
    values = torch.linalg.eigvals(-jacobian(lambda w: field(game, w), ORIGIN))
    root = complex(weight**2 - 1) ** 0.5
    expected = sorted([(-weight + root) / 2, (-weight - root) / 2], key=lambda c: (c.real, c.imag))
    found = sorted(values.tolist(), key=lambda c: (round(c.real, 6), c.imag))
    assert found == pytest.approx(expected, abs=1e-6)


def test_the_minimax_dirac_gan_drifts_off_and_arrives_with_r1() -> None:
    for weight, arrives in ((0.0, False), (0.5, True)):
        game = small.dirac_gan(Minimax(), weight)
        path = radii(orbit(lambda w, game=game: simultaneous(game, w, 0.1), START, 500))
        assert (path[-1] < 1e-3) == arrives
        assert arrives or (path[1:] > path[:-1]).all()


@pytest.mark.parametrize("lr", [0.1, 0.2])
def test_the_non_saturating_dirac_gan_ends_on_a_cycle_of_the_derived_radius(lr: float) -> None:
    """Far away the loss pulls inwards by lr radius^4 / 16, a step throws outwards by (lr radius)^2 / 8."""
    start = State(torch.tensor([math.sqrt(2 * lr)]).double(), torch.zeros(1).double())
    for factor in (0.8, 1.3):
        begin = State(start.theta * factor, start.phi)
        path = radii(orbit(lambda w: simultaneous(small.dirac_gan(NonSaturating()), w, lr), begin, int(12 / lr**2)))
        assert path[-30:].mean().item() == pytest.approx(math.sqrt(2 * lr), rel=0.06)


def test_instance_noise_acts_like_r1_of_half_its_variance() -> None:
    at = lambda game: jacobian(lambda w: field(game, w), ORIGIN)  # noqa: E731
    torch.testing.assert_close(
        at(small.dirac_gan(NonSaturating(), noise=0.8)), at(small.dirac_gan(NonSaturating(), weight=0.32))
    )


def test_the_dirac_gan_of_the_wasserstein_losses_is_the_xy_game() -> None:
    dirac, xy = field(small.dirac_gan(Wasserstein()), START), field(small.xy_game(), START)
    torch.testing.assert_close(State(*dirac), State(-xy.theta, -xy.phi))


def test_two_time_scales_move_the_critic_faster() -> None:
    game = small.dirac_gan(NonSaturating(), 0.4)
    slow, fast = simultaneous(game, START, 0.1), simultaneous(two_time_scales(game, 5.0), START, 0.1)
    torch.testing.assert_close(slow.theta, fast.theta)
    torch.testing.assert_close(5 * (slow.phi - START.phi), fast.phi - START.phi)
    rates = []
    for ratio in (1.0, 4.0):
        faster = two_time_scales(game, ratio)
        rates.append(torch.linalg.eigvals(jacobian(lambda w, g=faster: field(g, w), ORIGIN)).real.min().item())
    assert rates[1] == pytest.approx(4 * rates[0])  # the damping is ratio * weight / 2 while the state still turns


def test_orbits_start_at_the_start_and_optimistic_ones_remember() -> None:
    path = optimistic_orbit(small.xy_game(), START, 0.3, 40)
    assert path.theta.shape == (41, 1)
    assert path.theta[0] == START.theta
    torch.testing.assert_close(State(path.theta[1], path.phi[1]), simultaneous(small.xy_game(), START, 0.3))
    assert radii(path)[-1] < 0.25 * radii(path)[0]


def test_bad_input() -> None:
    with pytest.raises(ValueError, match=r"theta has shape \(\) and dtype torch\.float32, expected one"):
        field(small.xy_game(), State(torch.tensor(1.0), torch.ones(1)))
    with pytest.raises(ValueError, match="weight is -1, expected a finite number of at least 0"):
        small.dirac_gan(Minimax(), weight=-1)
    with pytest.raises(ValueError, match="noise is inf"):
        small.dirac_gan(Minimax(), noise=math.inf)
    with pytest.raises(ValueError, match="ratio is 0, expected a positive number"):
        two_time_scales(small.xy_game(), 0)
