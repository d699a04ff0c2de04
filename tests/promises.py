"""What the names of a model's methods promise, as checks that a broken model fails.

Each check takes a function that builds a case and raises AssertionError. `APPLIES` says which models it concerns.
"""

import copy
import io
from collections.abc import Callable

import torch
from scipy.stats import chisquare
from torch import Tensor, nn

from genbook.numerics import all_states, grid, integrate, jacobian, log_abs_det, seeded
from genbook.protocols import (
    Autoregressive,
    HasElbo,
    HasEnergy,
    HasLogProb,
    HasLoss,
    HasPlayers,
    HasSample,
    Transform,
)
from tests.cases import Case

Build = Callable[[], Case]
DRAWS = 20_000
CELLS = 40  # a side, in the histogram of a real-valued model


def quantities(model: nn.Module) -> list[Callable[[Tensor], Tensor]]:
    """The methods of `model` that map a batch to one number a row."""
    return [getattr(model, name) for name in ("log_prob", "elbo", "energy") if hasattr(model, name)]


def values(model: nn.Module, x: Tensor) -> list[Tensor]:
    """All quantities of a batch, with the noise of those that draw held fixed."""
    results = []
    for quantity in quantities(model):
        with seeded(0), torch.no_grad():
            results.append(quantity(x))
    return results


def loss_of(case: Case, x: Tensor) -> Tensor:
    """The loss of a batch; an energy model's is that of data against draws, for which a part of the batch stands in."""
    if isinstance(case.model, HasEnergy):
        return case.model.loss(x, case.batch[:2].to(next(case.model.parameters()).device))
    return case.model.loss(x)


def scramble(model: nn.Module) -> None:
    """Change every parameter and every real-valued buffer in place."""
    with torch.no_grad():
        for t in [*model.parameters(), *(b for b in model.buffers() if b.is_floating_point())]:
            t.add_(0.5 + torch.rand_like(t))


def one_number_a_row(build: Build) -> None:
    case = build()
    for value in values(case.model, case.batch):
        assert value.shape == case.batch.shape[:1] and value.isfinite().all()


def rows_do_not_meet(build: Build) -> None:
    case = build()
    others = case.batch[:1].expand_as(case.batch)
    for a, b in zip(values(case.model, case.batch), values(case.model, others), strict=True):
        torch.testing.assert_close(a[0], b[0])


def copies_are_independent(build: Build) -> None:
    case = build()
    before = values(case.model, case.batch)
    twin = copy.deepcopy(case.model)
    for a, b in zip(before, values(twin, case.batch), strict=True):
        torch.testing.assert_close(a, b)
    scramble(twin)
    for a, b in zip(before, values(case.model, case.batch), strict=True):
        assert torch.equal(a, b), "changing the copy changed the original"


def state_survives_save_and_load(build: Build) -> None:
    case, other = build(), build().model
    file = io.BytesIO()
    torch.save(case.model.state_dict(), file)
    file.seek(0)
    scramble(other)
    other.load_state_dict(torch.load(file, weights_only=True))
    for a, b in zip(values(case.model, case.batch), values(other, case.batch), strict=True):
        assert torch.equal(a, b)


def mass_is_one(build: Build) -> None:
    case = build()
    if case.levels:
        with torch.no_grad():
            total = case.model.log_prob(_states(case)).double().exp().sum().item()
        assert abs(total - 1) < 1e-4, total
    else:
        total = integrate(case.model.double().log_prob, *case.box, 300_000 if case.batch.shape[1] == 1 else 1500)
        assert abs(total - 1) < 2e-3, total


def samples_follow_log_prob(build: Build) -> None:
    case = build()
    with seeded(0), torch.no_grad():
        x = case.model.sample(DRAWS)
    assert x.shape == (DRAWS, *case.batch.shape[1:]) and x.dtype == case.batch.dtype
    index, mass = _cells(case, x)
    observed = torch.bincount(index, minlength=len(mass)).double()
    rare = mass * DRAWS < 10
    observed = torch.cat([observed[~rare], observed[rare].sum()[None]])
    expected = torch.cat([mass[~rare], mass[rare].sum()[None]]) * DRAWS
    assert (
        chisquare(observed + 1e-9, (expected + 1e-9) * observed.sum() / expected.sum(), sum_check=False).pvalue > 1e-4
    )


def _cells(case: Case, x: Tensor) -> tuple[Tensor, Tensor]:
    """The cell of each draw and the mass of every cell: states, or a grid around the draws plus all that is outside."""
    x = x.flatten(1)
    dim = x.shape[1]
    if case.levels:
        place = case.levels ** torch.arange(dim - 1, -1, -1)
        with torch.no_grad():
            return (x.long() * place).sum(1), case.model.log_prob(_states(case)).double().exp()
    low, high = x.quantile(0.005, 0).double(), x.quantile(0.995, 0).double()
    fine = 10  # quadrature points a cell and side
    points, area = grid(low.tolist(), high.tolist(), CELLS * fine)
    with torch.no_grad():
        density = copy.deepcopy(case.model).double().log_prob(points).exp()
    shape = [n for _ in range(dim) for n in (CELLS, fine)]
    mass = area * density.reshape(shape).sum(tuple(range(1, 2 * dim, 2))).flatten()
    cell = ((x.double() - low) / (high - low) * CELLS).floor().long()
    outside = ((cell < 0) | (cell >= CELLS)).any(1)
    place = CELLS ** torch.arange(dim - 1, -1, -1)
    index = torch.where(outside, CELLS**dim, (cell * place).sum(1))
    return index, torch.cat([mass, (1 - mass.sum()).clamp_min(0)[None]])


def conditionals_see_only_the_past(build: Build) -> None:
    case = build()
    order, size = case.model.order, case.model.output.size
    with seeded(0):
        x = torch.rand(len(order))
    j = jacobian(lambda v: case.model.conditionals(v).flatten(1), x).unflatten(0, (len(order), size))  # (D, size, D)
    j = j.abs().sum(1)[order][:, order]
    assert j.triu().max() == 0, "a variable is predicted from itself or from what comes after it"
    assert len(order) == 1 or j.max() > 0, "nothing depends on anything"


def steps_equal_conditionals(build: Build) -> None:
    case = build()
    with torch.no_grad():
        full = case.model.conditionals(case.batch)[:, case.model.order]
        params, state = case.model.start(len(case.batch))
        steps = [params.clone()]
        for d in case.model.order[:-1]:
            params, state = case.model.step(state, case.batch.flatten(1)[:, d])
            steps.append(params.clone())
    torch.testing.assert_close(torch.stack(steps, 1), full, rtol=1e-4, atol=1e-5)


def log_prob_is_the_sum_of_conditionals(build: Build) -> None:
    case = build()
    with torch.no_grad():
        terms = case.model.output.log_prob(case.batch.flatten(1), case.model.conditionals(case.batch))
        torch.testing.assert_close(case.model.log_prob(case.batch), terms.sum(1))


def loss_runs_without_values(build: Build) -> None:
    case = build()
    case.model.to("meta")
    loss = loss_of(case, case.batch.to("meta"))
    assert loss.is_meta and loss.shape == ()


def loss_has_gradients(build: Build) -> None:
    case = build()
    with seeded(0):
        loss_of(case, case.batch).backward()
    grads = {name: p.grad for name, p in case.model.named_parameters() if p.requires_grad}
    missing = [name for name, g in grads.items() if g is None or not g.isfinite().all()]
    assert grads and not missing, f"no finite gradient for {missing}"


def elbo_is_a_lower_bound(build: Build) -> None:
    case = build()
    with seeded(0), torch.no_grad():
        draws = torch.stack([case.model.elbo(case.batch) for _ in range(2000)]).double()  # (S, B)
    error = draws.std(0) / len(draws) ** 0.5
    assert (draws.mean(0) <= case.log_evidence(case.batch) + 4 * error + 1e-5).all()


def energy_is_minus_log_prob_up_to_a_constant(build: Build) -> None:
    case = build()
    with torch.no_grad():
        log_z = case.model.energy(case.batch) + case.model.log_prob(case.batch)
    torch.testing.assert_close(log_z, log_z[:1].expand_as(log_z), rtol=1e-4, atol=1e-4)


def inverse_undoes_forward(build: Build) -> None:
    case = build()
    model, x = case.model.double(), case.batch.double()
    with torch.no_grad():
        z, log_det = model(x)
        back, log_det_back = model.inverse(z)
    assert (z - x).abs().max() > 1e-3, "the map does nothing, so its inverse is not tested"
    torch.testing.assert_close(back, x, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(log_det_back, -log_det, rtol=1e-6, atol=1e-6)


def log_det_is_the_jacobians(build: Build) -> None:
    case = build()
    model, x = case.model.double(), case.batch[:3].double()
    event = x.shape[1:]
    claimed = model(x)[1]
    assert claimed.shape == x.shape[:1]
    truth = log_abs_det(lambda v: model(v.unflatten(1, event))[0].flatten(1), x.flatten(1))
    torch.testing.assert_close(claimed, truth, rtol=1e-6, atol=1e-6)


def players_learn_from_their_own_loss(build: Build) -> None:
    case = build()
    model = case.model
    with seeded(0):
        z = model.latent.sample(len(case.batch))
        model.generator_loss(z).backward()
        _all_have_gradients(model.generator)
        model.zero_grad()
        model.critic_loss(case.batch, z).backward()
    _all_have_gradients(model.critic)
    moved = [name for name, p in model.generator.named_parameters() if p.grad is not None]
    assert not moved, f"the critic's loss moves {moved} of the generator"


def players_run_without_values(build: Build) -> None:
    case = build()
    model = case.model.to("meta")
    z = model.latent.sample(len(case.batch))
    for loss in (model.critic_loss(case.batch.to("meta"), z), model.generator_loss(z)):
        assert loss.is_meta and loss.shape == ()


def _all_have_gradients(module: nn.Module) -> None:
    missing = [
        name
        for name, p in module.named_parameters()
        if p.requires_grad and (p.grad is None or not p.grad.isfinite().all())
    ]
    assert not missing, f"no finite gradient for {missing}"
    assert any(p.grad.abs().sum() > 0 for p in module.parameters()), "all gradients are zero"


def _states(case: Case) -> Tensor:
    """Every point of the case's space, in the shape of its events."""
    event = case.batch.shape[1:]
    return all_states(event.numel(), case.levels).unflatten(1, event).to(case.batch.dtype)


def _known(case: Case) -> bool:
    return isinstance(case.model, HasLogProb) and bool(case.levels or case.box)


APPLIES: dict[Callable[[Build], None], Callable[[Case], bool]] = {
    one_number_a_row: lambda case: bool(quantities(case.model)),
    rows_do_not_meet: lambda case: bool(quantities(case.model)),
    copies_are_independent: lambda case: bool(quantities(case.model)),
    state_survives_save_and_load: lambda case: bool(quantities(case.model)),
    mass_is_one: _known,
    samples_follow_log_prob: lambda case: _known(case) and isinstance(case.model, HasSample),
    conditionals_see_only_the_past: lambda case: isinstance(case.model, Autoregressive),
    steps_equal_conditionals: lambda case: isinstance(case.model, Autoregressive),
    log_prob_is_the_sum_of_conditionals: lambda case: isinstance(case.model, Autoregressive),
    loss_runs_without_values: lambda case: isinstance(case.model, HasLoss),
    loss_has_gradients: lambda case: isinstance(case.model, HasLoss),
    elbo_is_a_lower_bound: lambda case: isinstance(case.model, HasElbo) and case.log_evidence is not None,
    energy_is_minus_log_prob_up_to_a_constant: lambda case: (
        isinstance(case.model, HasEnergy) and isinstance(case.model, HasLogProb)
    ),
    inverse_undoes_forward: lambda case: isinstance(case.model, Transform),
    log_det_is_the_jacobians: lambda case: isinstance(case.model, Transform),
    players_learn_from_their_own_loss: lambda case: isinstance(case.model, HasPlayers),
    players_run_without_values: lambda case: isinstance(case.model, HasPlayers),
}
