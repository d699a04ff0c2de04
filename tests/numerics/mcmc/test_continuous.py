"""Langevin, MALA, Metropolis and HMC on Gaussians whose moments, biases and rates are known, and broken twins."""

import math
from itertools import pairwise

import pytest
import torch

from genbook.data.toys import GaussianMixture
from genbook.numerics import grid, jacobian, seeded
from genbook.numerics.mcmc import (
    Point,
    acceptance,
    at,
    hmc,
    langevin,
    langevin_step,
    leapfrog,
    log_q_langevin,
    mala,
    mala_log_ratio,
    metropolis_hastings,
    random_walk,
    total_energy,
)

VARIANCE = torch.tensor([0.5, 2.0], dtype=torch.float64)
STEP = 0.4
CHAINS = 40_000


def energy(x):
    return (x.square() / VARIANCE.to(x)).sum(1) / 2


def quartic(x):
    """A crooked double well, to be sure that nothing holds for Gaussians only."""
    return (x[:, 0] ** 2 - 1) ** 2 + 0.5 * (x[:, 1] - x[:, 0]) ** 2


def exact(n=CHAINS):
    return VARIANCE.sqrt() * torch.randn(n, 2, dtype=torch.float64)


def close_to_variance(x, variance):
    """Whether mean 0 and the variances hold within 4.5 standard errors."""
    n = len(x)
    mean = x.mean(0).abs() <= 4.5 * (variance / n).sqrt()
    return bool(mean.all() and ((x.var(0) - variance).abs() <= 4.5 * variance * math.sqrt(2 / n)).all())


def test_the_stationary_variance_of_langevin_is_the_closed_form():
    biased = VARIANCE / (1 - STEP / (2 * VARIANCE))
    with seeded(0):
        x = langevin(energy, exact(), STEP, steps=60)
    assert close_to_variance(x, biased)
    assert not close_to_variance(x, VARIANCE)


def test_one_step_changes_mean_and_variance_as_derived():
    x, eps = torch.tensor([[2.0, -1.0]], dtype=torch.float64), torch.tensor([[0.3, 1.7]], dtype=torch.float64)
    expected = (1 - STEP / VARIANCE) * x + math.sqrt(2 * STEP) * eps
    torch.testing.assert_close(langevin_step(x, at(energy, x).grad, eps, STEP), expected)


def test_from_twice_the_smallest_variance_on_langevin_diverges():
    start = torch.ones(50, 2, dtype=torch.float64)
    with seeded(0):
        calm = langevin(energy, start, step_size=0.99, steps=400)
        wild = langevin(energy, start, step_size=1.05, steps=400)
        with pytest.raises(ValueError, match="left the finite numbers"):
            langevin(energy, start, step_size=5.0, steps=600)
    assert calm[:, 0].abs().max() < 50
    assert wild[:, 0].abs().max() > 1e6


def test_noise_is_a_temperature_and_zero_noise_is_descent():
    with seeded(0):
        cold = langevin(energy, exact(), step_size=0.02, steps=400, noise=0.5)
        still = langevin(energy, exact(5), step_size=0.2, steps=300, noise=0.0)
    assert close_to_variance(cold, 0.25 * VARIANCE / (1 - 0.02 / (2 * VARIANCE)))
    assert still.abs().max() < 1e-3


def test_a_clip_bounds_every_entry_of_the_drift():
    x = torch.tensor([[100.0, -100.0]], dtype=torch.float64)
    torch.testing.assert_close(langevin(energy, x, 0.1, 1, noise=0.0, clip=3.0), torch.tensor([[99.7, -99.7]]).double())


KERNELS = {
    "metropolis": lambda e, x, n: metropolis_hastings(e, x, random_walk(1.2), n),
    "mala": lambda e, x, n: mala(e, x, STEP, n),
    "hmc": lambda e, x, n: hmc(e, x, 0.5, 3, n),
}


@pytest.mark.parametrize("name", KERNELS)
def test_adjusted_kernels_keep_the_density(name):
    """Started in the exact density, one step must leave it; from afar the chains must come back to it."""
    with seeded(1):
        stays, _ = KERNELS[name](energy, exact(), 1)
        comes, rate = KERNELS[name](energy, torch.full((CHAINS // 4, 2), 3.0, dtype=torch.float64), 150)
    assert close_to_variance(stays, VARIANCE)
    assert close_to_variance(comes, VARIANCE)
    assert rate.shape == (CHAINS // 4,) and 0.2 < rate.mean() < 0.99


@pytest.mark.parametrize("name", KERNELS)
def test_flows_between_two_halves_balance(name):
    """Detailed balance for a density that is not Gaussian: as many chains go from A to B as from B to A."""
    points, _ = grid([-3.0, -5.0], [3.0, 5.0], 200)
    with seeded(2):
        row = torch.multinomial((-quartic(points)).softmax(0), CHAINS, replacement=True)
        x = points[row] + 0.5 * (torch.rand(CHAINS, 2).double() - 0.5) * torch.tensor([0.06, 0.1]).double()
        end, _ = KERNELS[name](quartic, x, 1)
    inside = lambda x: (x[:, 0] > 0.6) & (x[:, 1] < 1.0)  # noqa: E731
    there, back = (~inside(x) & inside(end)).sum(), (inside(x) & ~inside(end)).sum()
    assert there > 200
    assert abs(there - back) <= 4.5 * math.sqrt(there + back)


def mala_without_the_ratio(x, steps):
    """The broken twin: a Langevin proposal, accepted by the energies alone."""
    here = at(energy, x)
    for _ in range(steps):
        there = at(energy, langevin_step(here.x, here.grad, torch.randn_like(x), STEP))
        keep = torch.rand(len(x)) < acceptance(here.energy - there.energy)
        here = Point(
            *(torch.where(keep.view(-1, *[1] * (a.dim() - 1)), a, b) for a, b in zip(there, here, strict=True))
        )
    return here.x


def test_without_the_ratio_of_proposals_the_variance_is_wrong():
    with seeded(0):
        assert close_to_variance(mala(energy, exact(), STEP, 40)[0], VARIANCE)
        assert not close_to_variance(mala_without_the_ratio(exact(), 40), VARIANCE)


def test_the_ratio_of_mala_is_that_of_the_two_densities():
    with seeded(0):
        here, there = (at(quartic, torch.randn(9, 2, dtype=torch.float64)) for _ in range(2))
    normal = lambda x, centre: torch.distributions.Normal(centre, math.sqrt(2 * STEP)).log_prob(x).sum(1)  # noqa: E731
    forth, back = normal(there.x, here.x - STEP * here.grad), normal(here.x, there.x - STEP * there.grad)
    difference = log_q_langevin(there.x, here, STEP) - log_q_langevin(here.x, there, STEP)
    torch.testing.assert_close(difference, forth - back)
    expected = here.energy - there.energy + back - forth
    torch.testing.assert_close(mala_log_ratio(here, there, STEP), expected)


def start(n=6):
    with seeded(4):
        return at(quartic, torch.randn(n, 2, dtype=torch.float64)), torch.randn(n, 2, dtype=torch.float64)


def test_the_leapfrog_runs_backwards():
    here, v = start()
    there, v_there = leapfrog(quartic, here, v, 0.1, 20)
    back, v_back = leapfrog(quartic, there, -v_there, 0.1, 20)
    torch.testing.assert_close(back.x, here.x)
    torch.testing.assert_close(-v_back, v)
    assert (there.x - here.x).abs().min() > 0.01


def euler(here, v, step_size, steps):
    for _ in range(steps):
        here, v = at(quartic, here.x + step_size * v), v - step_size * here.grad
    return here, v


def phase(integrator):
    def move(y):
        here, v = integrator(at(quartic, y[:, :2]), y[:, 2:])
        return torch.cat([here.x, v], 1)

    return move


def volume(integrator):
    """|det| of the Jacobian by central differences at one point of phase space."""
    here, v = start(1)
    y, h = torch.cat([here.x, v], 1), 1e-5
    bumps = h * torch.eye(4, dtype=torch.float64)
    columns = (phase(integrator)(y + bumps) - phase(integrator)(y - bumps)) / (2 * h)
    return torch.linalg.det(columns).item()


def test_the_leapfrog_keeps_volume_and_eulers_method_does_not():
    assert volume(lambda here, v: leapfrog(quartic, here, v, 0.2, 10)) == pytest.approx(1.0, abs=1e-7)
    assert abs(volume(lambda here, v: euler(here, v, 0.2, 10)) - 1) > 0.05


def energy_error(integrator, step_size):
    here, v = start(64)
    there, v_there = integrator(here, v, step_size, round(1.6 / step_size))
    return (total_energy(there, v_there) - total_energy(here, v)).abs().mean()


def test_the_leapfrog_errs_with_the_square_of_the_step():
    errors = [energy_error(lambda *a: leapfrog(quartic, *a), step) for step in (0.04, 0.02, 0.01)]
    for coarse, fine in pairwise(errors):
        assert math.log2(coarse / fine) == pytest.approx(2.0, abs=0.05)
    first = [energy_error(euler, step) for step in (0.004, 0.002)]
    assert math.log2(first[0] / first[1]) == pytest.approx(1.0, abs=0.2)


def test_one_leapfrog_step_is_mala():
    delta = 0.6
    here, v = start()
    there, v_there = leapfrog(quartic, here, v, delta, 1)
    torch.testing.assert_close(there.x, langevin_step(here.x, here.grad, v, delta**2 / 2))
    ratio = total_energy(here, v) - total_energy(there, v_there)
    torch.testing.assert_close(ratio, mala_log_ratio(here, there, delta**2 / 2))


def test_the_gradient_is_that_of_autograd_and_touches_no_parameter():
    net = torch.nn.Linear(2, 1).double()
    f = lambda x: net(x).square().sum(1)  # noqa: E731
    x = torch.randn(3, 2, dtype=torch.float64)
    point = at(f, x)
    torch.testing.assert_close(point.grad[1], jacobian(f, x[1]))
    with torch.no_grad():
        torch.testing.assert_close(at(f, x).grad, point.grad)
    assert net.weight.grad is None and not point.energy.requires_grad and not point.x.requires_grad
    assert not langevin(f, x.requires_grad_(), 0.1, 2).requires_grad


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("event", [(), (3,), (1, 4, 4)])
def test_events_of_any_shape_and_both_precisions(dtype, event):
    x = torch.zeros(5, *event, dtype=dtype)
    f = lambda x: x.flatten(1).square().sum(1) if x.dim() > 1 else x.square()  # noqa: E731
    ends = [langevin(f, x, 0.1, 2), mala(f, x, 0.1, 2)[0], hmc(f, x, 0.1, 2, 2)[0]]
    ends.append(metropolis_hastings(f, x, random_walk(0.1), 2)[0])
    for end in ends:
        assert end.shape == x.shape and end.dtype == dtype


@pytest.mark.parametrize("name", KERNELS)
def test_rows_are_independent_and_the_record_sees_every_state(name):
    seen = []
    run = {
        "metropolis": lambda x: metropolis_hastings(energy, x, random_walk(0.5), 7, seen.append),
        "mala": lambda x: mala(energy, x, 0.1, 7, seen.append),
        "hmc": lambda x: hmc(energy, x, 0.2, 2, 7, seen.append),
    }[name]
    x = exact(4)
    with seeded(0):
        end, rate = run(x)
    moved = torch.stack([x, *seen]).diff(dim=0).abs().sum(2) > 0  # (7, 4)
    assert len(seen) == 7 and torch.equal(seen[-1], end)
    torch.testing.assert_close(moved.double().mean(0), rate)
    other = x.clone()
    other[1:] += 1
    with seeded(0):
        assert torch.equal(run(other)[0][0], end[0])


def test_an_energy_that_is_no_number_is_never_entered():
    wall = lambda x: torch.where(x[:, 0] > 0, math.nan, energy(x))  # noqa: E731
    with seeded(0):
        x, rate = metropolis_hastings(wall, -exact(200).abs(), random_walk(1.0), 50)
    assert (x[:, 0] <= 0).all() and rate.mean() > 0.2


def test_a_trajectory_that_explodes_is_rejected():
    """Steps far beyond the stable ones: nothing is accepted, nothing is NaN, and the energy never sees an infinity."""

    def strict(x):
        if not torch.isfinite(x).all():
            raise AssertionError("the energy was asked for a point that is no number")
        return x.square().square().sum(1)

    x = torch.full((20, 2), 3.0, dtype=torch.float64)
    with seeded(0):
        end, rate = hmc(strict, x, step_size=5.0, leapfrog_steps=20, steps=3)
        assert torch.equal(end, x) and rate.sum() == 0
        end, _ = mala(strict, x, step_size=1e200, steps=3)
    assert torch.equal(end, x)


def test_a_mixture_is_sampled_with_the_right_weights():
    mixture = GaussianMixture([0.3, 0.7], [[-1.0], [1.0]], [[[0.3]], [[0.3]]])
    with seeded(0):
        x, _ = hmc(lambda x: -mixture.log_prob(x), torch.zeros(4000, 1, dtype=torch.float64), 0.4, 5, 60)
    inside = 0.5 * (1 + math.erf(1 / math.sqrt(0.6)))
    truth = 0.3 * inside + 0.7 * (1 - inside)
    assert (x < 0).double().mean().item() == pytest.approx(truth, abs=4.5 * 0.5 / math.sqrt(4000))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda x: langevin(energy, x, 0.0, 1), "positive finite"),
        (lambda x: langevin(energy, x, 0.1, 0), "at least 1"),
        (lambda x: langevin(lambda x: x, x, 0.1, 1), "sum over the event"),
        (lambda x: langevin(energy, x * math.nan, 0.1, 1), "NaN or infinite"),
        (lambda x: mala(energy, x, -1.0, 1), "positive finite"),
        (lambda x: hmc(energy, x, 0.1, 0, 1), "leapfrog_steps is 0"),
        (lambda x: random_walk(math.inf), "positive finite"),
        (lambda x: metropolis_hastings(lambda x: x, x, random_walk(1.0), 1), "sum over the event"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call(torch.ones(3, 2))


def test_whole_numbers_are_refused():
    with pytest.raises(TypeError, match="floating dtype"):
        langevin(energy, torch.ones(3, 2, dtype=torch.int64), 0.1, 1)
