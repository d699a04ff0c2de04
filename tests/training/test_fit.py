"""`fit` against closed forms, and what it promises about modes, errors and the record."""

import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from genbook import training
from genbook.numerics import seeded


def least_squares() -> tuple[Tensor, Tensor, Tensor]:
    with seeded(0):
        x = torch.randn(40, 3, dtype=torch.float64)
        y = x @ torch.tensor([[1.0], [-2.0], [0.5]], dtype=torch.float64) + torch.randn(40, 1, dtype=torch.float64)
    return x, y, torch.linalg.lstsq(x, y).solution  # (3, 1)


def test_least_squares_reaches_the_normal_equations() -> None:
    x, y, solution = least_squares()
    model = nn.Linear(3, 1, bias=False).double()
    sgd = torch.optim.SGD(model.parameters(), lr=0.3)
    training.fit(lambda batch: ((model(batch[0]) - batch[1]) ** 2).mean(), model, lambda step: (x, y), 300, sgd)
    torch.testing.assert_close(model.weight.T, solution, rtol=1e-9, atol=1e-9)


def test_every_step_is_the_gradient_step_of_its_own_batch() -> None:
    """w_(t+1) = w_t - lr 2 (w_t - x_t) for the loss (w - x_t)^2, computed by hand."""
    targets = [3.0, -1.0, 4.0, 0.5]
    model = nn.Linear(1, 1, bias=False)
    w = model.weight.item()
    losses = []
    for x in targets:
        losses.append((w - x) ** 2)
        w -= 0.1 * 2 * (w - x)
    sgd = torch.optim.SGD(model.parameters(), lr=0.1)
    history = training.fit(
        lambda x: ((model.weight - x) ** 2).mean(), model, lambda step: torch.tensor([targets[step]]), 4, sgd
    )
    assert model.weight.item() == pytest.approx(w, rel=1e-5)
    assert history.losses == pytest.approx(losses, rel=1e-5)
    assert history.steps == [0, 1, 2, 3]


def test_the_default_optimizer_is_adam() -> None:
    x, y, _ = least_squares()
    mine, plain = nn.Linear(3, 1).double(), nn.Linear(3, 1).double()
    plain.load_state_dict(mine.state_dict())
    training.fit(lambda b: ((mine(b[0]) - b[1]) ** 2).mean(), mine, lambda step: (x, y), 5)
    adam = torch.optim.Adam(plain.parameters(), lr=1e-3)
    for _ in range(5):
        adam.zero_grad()
        ((plain(x) - y) ** 2).mean().backward()
        adam.step()
    assert torch.equal(mine.weight, plain.weight)


def test_modes_come_back_part_by_part() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout(), nn.Linear(2, 1)).eval()
    model[1].train()
    seen = []

    def loss_fn(x: Tensor) -> Tensor:
        seen.append([part.training for part in model.modules()])
        return model(x).square().mean()

    training.fit(loss_fn, model, lambda step: torch.ones(4, 2), 1)
    assert seen == [[True] * 4]
    assert [part.training for part in model.modules()] == [False, False, True, False]


def test_modes_come_back_after_an_error() -> None:
    model = nn.Linear(1, 1).eval()
    with pytest.raises(FloatingPointError):
        training.fit(lambda x: model(x).mean() * math.nan, model, lambda step: torch.ones(2, 1), 3)
    assert not model.training


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_loss_that_stops_being_finite_names_the_step_and_changes_nothing(bad: float) -> None:
    model = nn.Linear(1, 1)
    before = []

    def loss_fn(x: Tensor) -> Tensor:
        before.append(model.weight.detach().clone())
        return model(x).square().mean() * (bad if len(before) == 8 else 1.0)

    with pytest.raises(FloatingPointError, match="at step 7, expected a finite number"):
        training.fit(loss_fn, model, lambda step: torch.ones(2, 1), 20)
    assert torch.equal(model.weight, before[-1])


def test_the_callbacks_are_called_in_the_stated_order() -> None:
    calls = []

    class Everything:
        pass

    for hook in training.run.HOOKS:
        setattr(Everything, hook, lambda self, run, hook=hook: calls.append((hook, run.step)))
    model = nn.Linear(1, 1)

    def plain(run: training.Run) -> None:
        calls.append(("plain", run.step))

    training.fit(lambda x: model(x).mean(), model, lambda s: torch.ones(1, 1), 2, callbacks=[Everything(), plain])
    one = [("after_backward", 0), ("after_step", 1), ("plain", 1), ("save", 1)]
    two = [("after_backward", 1), ("after_step", 2), ("plain", 2), ("save", 2)]
    assert calls == [("start", 0), ("restore", 0), *one, *two, ("end", 2)]


def test_a_compiled_loss_trains_the_module() -> None:
    model, twin = nn.Linear(2, 1), nn.Linear(2, 1)
    twin.load_state_dict(model.state_dict())
    x = torch.randn(8, 2)
    compiled = torch.compile(lambda x: model(x).square().mean(), backend="aot_eager")
    training.fit(compiled, model, lambda step: x, 5)
    training.fit(lambda x: twin(x).square().mean(), twin, lambda step: x, 5)
    torch.testing.assert_close(model.weight, twin.weight)


def test_a_compiled_module_trains_and_has_an_average() -> None:
    model = nn.Linear(2, 1)
    start = model.weight.detach().clone()
    compiled = torch.compile(model, backend="aot_eager")
    ema = training.EMA(compiled, 0.0)
    training.fit(lambda x: compiled(x).square().mean(), compiled, lambda s: torch.ones(4, 2), 3, callbacks=[ema])
    assert not torch.equal(model.weight, start)
    assert torch.equal(next(ema.module.parameters()), model.weight)


def test_autocast_computes_products_in_bfloat16_and_keeps_float32_parameters() -> None:
    model = nn.Linear(4, 4)
    dtypes = []

    def loss_fn(x: Tensor) -> Tensor:
        y = model(x)
        dtypes.append(y.dtype)
        return y.square().mean()

    training.fit(training.autocast(loss_fn), model, lambda step: torch.ones(4, 4), 3)
    assert dtypes == [torch.bfloat16] * 3
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert model.weight.grad.dtype == torch.float32


def test_autocast_reaches_the_minimum_of_single_precision() -> None:
    x, y, solution = (t.float() for t in least_squares())
    model = nn.Linear(3, 1, bias=False)
    sgd = torch.optim.SGD(model.parameters(), lr=0.3)
    loss = training.autocast(lambda batch: ((model(batch[0]) - batch[1]) ** 2).mean())
    training.fit(loss, model, lambda step: (x, y), 200, sgd)
    torch.testing.assert_close(model.weight.T, solution, rtol=0.03, atol=0.03)


def test_batches_may_be_dicts_and_named_tuples() -> None:
    from genbook.data.labelled import Labelled

    model = nn.Linear(2, 1)
    x = Labelled(torch.ones(4, 2), torch.zeros(4, dtype=torch.int64))
    training.fit(lambda b: model(b["a"].x).mean(), model, lambda step: {"a": x}, 2)
    kept = training.inputs.map_leaves(lambda t: t[:2], x)
    assert isinstance(kept, Labelled)
    assert len(kept.x) == len(kept.y) == 2


def test_time_is_counted() -> None:
    model = nn.Linear(1, 1)
    history = training.fit(lambda x: model(x).mean(), model, lambda step: torch.ones(1, 1), 5)
    assert history.seconds > 0
    assert history.cpu_seconds > 0


def test_importing_training_does_not_import_matplotlib() -> None:
    code = "import sys, genbook.training; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_gradient_that_is_not_finite_where_the_loss_is_does_not_pass_unseen(tmp_path: Path) -> None:
    """sqrt has value 0 and slope infinity at 0: the loss of the last step is finite, the weights after it are not."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    path = tmp_path / "run.pt"
    with pytest.raises(FloatingPointError, match="parameter weight is not finite after update 1,"):
        training.fit(
            lambda x: model(x).sqrt().mean(),
            model,
            lambda step: torch.ones(2, 1),
            1,
            callbacks=[training.Checkpoint(path)],
        )
    assert not path.exists()
