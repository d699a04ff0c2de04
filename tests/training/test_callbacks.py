"""Clipping, schedules and validation against what they should do."""

import math

import pytest
import torch
from torch import Tensor, nn

from genbook import training


def weight_only(value: float = 0.0) -> nn.Linear:
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, value)
    return model


@pytest.mark.parametrize(("scale", "moved"), [(100.0, 1.0), (0.5, 0.5)])
def test_the_gradient_is_clipped_to_the_norm_and_not_below_it(scale: float, moved: float) -> None:
    model = nn.Linear(2, 1, bias=False)
    start = model.weight.detach().clone()
    direction = torch.tensor([[0.6, 0.8]])
    sgd = torch.optim.SGD(model.parameters(), lr=1.0)
    training.fit(
        lambda g: (model.weight * g).sum(), model, lambda s: scale * direction, 1, sgd, [training.ClipGradient(1.0)]
    )
    torch.testing.assert_close(start - model.weight.data, moved * direction, rtol=1e-5, atol=1e-5)


def test_a_schedule_moves_the_learning_rate_after_every_step() -> None:
    """With gradient 1 the weight after t steps is minus the sum of the rates 1, 1/2, 1/4, ..."""
    for recipe in (True, False):
        model = weight_only()
        sgd = torch.optim.SGD(model.parameters(), lr=1.0)

        def halve(optimizer: torch.optim.Optimizer) -> torch.optim.lr_scheduler.LRScheduler:
            return torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)

        schedule = training.Schedule(halve if recipe else halve(sgd))
        training.fit(lambda x, m=model: m(x).mean(), model, lambda s: torch.ones(1, 1), 4, sgd, [schedule])
        assert model.weight.item() == pytest.approx(-(1 + 1 / 2 + 1 / 4 + 1 / 8))


def test_a_schedule_recipe_serves_two_runs() -> None:
    schedule = training.Schedule(lambda opt: torch.optim.lr_scheduler.ExponentialLR(opt, 0.5))
    for _ in range(2):
        model = weight_only()
        sgd = torch.optim.SGD(model.parameters(), lr=1.0)
        training.fit(lambda x, m=model: m(x).mean(), model, lambda s: torch.ones(1, 1), 2, sgd, [schedule])
        assert model.weight.item() == pytest.approx(-1.5)


def run_up_and_down(validate: training.Validate, model: nn.Linear, steps: int = 10) -> training.History:
    """The weight goes 1, 2, ..., `steps`, one a step."""
    sgd = torch.optim.SGD(model.parameters(), lr=1.0)
    return training.fit(lambda x: -model(x).mean(), model, lambda s: torch.ones(1, 1), steps, sgd, [validate])


def test_the_best_weights_are_kept_and_every_measurement_recorded() -> None:
    model = weight_only()
    validate = training.Validate(lambda m: (m.weight - 4.1).abs(), every=2)
    history = run_up_and_down(validate, model, 9)
    assert model.weight.item() == 4.0
    assert (validate.best_step, validate.best) == (4, pytest.approx(0.1, abs=1e-5))
    assert [step for step, _ in history.metrics["valid"]] == [2, 4, 6, 8, 9]
    assert [value for _, value in history.metrics["valid"]] == pytest.approx([2.1, 0.1, 1.9, 3.9, 4.9], abs=1e-5)


def test_patience_ends_the_run() -> None:
    model = weight_only()
    history = run_up_and_down(training.Validate(lambda m: (m.weight - 3).abs(), every=1, patience=2), model, 100)
    assert len(history.losses) == 5
    assert model.weight.item() == 3.0


def test_validation_sees_evaluation_mode_and_leaves_the_noise_of_training_alone() -> None:
    def weights(callbacks: list) -> Tensor:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5), nn.Linear(4, 1))
        training.fit(lambda x: model(x).square().mean(), model, lambda s: torch.ones(8, 4), 6, callbacks=callbacks)
        return model[0].weight

    seen = []

    def noisy(module: nn.Module) -> float:
        seen.append((module.training, torch.is_grad_enabled(), torch.rand(()).item()))
        return -len(seen)  # always a new best, so that the last weights are kept

    assert torch.equal(weights([]), weights([training.Validate(noisy, 2)]))
    assert len(seen) == 3
    assert len(set(seen)) == 1  # the same noise each time
    assert seen[0][:2] == (False, False)


def test_the_average_can_be_what_is_validated_and_kept() -> None:
    model = weight_only()
    ema = training.EMA(model, 0.5)
    best = training.Validate(lambda m: (m.weight - 2.4).abs(), 1, module=ema.module)
    sgd = torch.optim.SGD(model.parameters(), lr=1.0)
    training.fit(lambda x: -model(x).mean(), model, lambda s: torch.ones(1, 1), 6, sgd, [ema, best])
    average_after_three = (1 * 0.25 + 2 * 0.5 + 3) / 1.75
    assert ema.module.weight.item() == pytest.approx(average_after_three)
    assert model.weight.item() == 6.0


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (math.nan, FloatingPointError, "valid is nan at step 1"),
        ("low", TypeError, "valid at step 1 is a str"),
        (torch.zeros(3), ValueError, r"valid at step 1 has shape \(3,\)"),
        (None, TypeError, "valid at step 1 is a NoneType"),
    ],
)
def test_a_measurement_that_is_no_number_is_refused(value: object, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        run_up_and_down(training.Validate(lambda m: value, 1), weight_only(), 2)
