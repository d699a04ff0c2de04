"""Whatever comes in, what comes out is a result or one clear sentence."""

from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

from genbook import training

MODEL = nn.Linear(2, 1)
X = torch.ones(4, 2)
ODD_THINGS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(), st.text(max_size=5), st.just([]), st.just({}),
    st.just(object()), st.just(nn.Linear), st.just(torch.ones(2)),
)  # fmt: skip
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def fit(**changes: Any) -> training.History:
    arguments = {
        "loss_fn": lambda x: MODEL(x).square().mean(),
        "module": MODEL,
        "batches": lambda step: X,
        "steps": 1,
        "optimizer": torch.optim.SGD(MODEL.parameters(), lr=0.0),
    }
    return training.fit(**(arguments | changes))


def assert_one_sentence(error: BaseException) -> None:
    text = str(error)
    assert "\n" not in text
    assert text.endswith(".")
    assert "expected" in text
    assert len(text) < 400


def refused(**changes: Any) -> str:
    with pytest.raises((TypeError, ValueError)) as caught:
        fit(**changes)
    assert_one_sentence(caught.value)
    return str(caught.value)


@FEW
@given(ODD_THINGS)
def test_odd_steps(steps: Any) -> None:
    if isinstance(steps, int) and not isinstance(steps, bool) and steps >= 1:
        assert len(fit(steps=steps).losses) == steps
    else:
        assert "steps" in refused(steps=steps)


@FEW
@given(st.sampled_from(["loss_fn", "module", "batches", "optimizer", "callbacks"]), ODD_THINGS)
def test_odd_arguments(name: str, thing: Any) -> None:
    fine = (name == "optimizer" and thing is None) or (name == "callbacks" and thing in ([],))
    if name == "callbacks" and isinstance(thing, str) and not thing:
        fine = True  # an empty sequence
    if fine:
        fit(**{name: thing})
    elif thing is not nn.Linear or name == "module":
        refused(**{name: thing})


@FEW
@given(ODD_THINGS)
def test_odd_batches(thing: Any) -> None:
    if isinstance(thing, torch.Tensor):
        return
    refused(batches=lambda step: thing)
    if not isinstance(thing, list | dict):  # an empty part beside a tensor is the loss's own affair
        refused(batches=lambda step: (X, thing))


@FEW
@given(ODD_THINGS)
def test_odd_losses(thing: Any) -> None:
    assert "at step 0" in refused(loss_fn=lambda x: thing)


@FEW
@given(st.integers(0, 3), st.integers(0, 3), st.sampled_from([float("nan"), float("inf"), -float("inf")]))
def test_bad_numbers_in_the_data(row: int, step: int, value: float) -> None:
    def batches(at: int) -> torch.Tensor:
        x = X.clone()
        if at == step:
            x[row] = value
        return x

    assert f"batches({step}) holds NaN or infinite" in refused(batches=batches, steps=4)


@pytest.mark.parametrize(
    ("loss_fn", "message"),
    [
        (lambda x: MODEL(x).square(), "take its mean"),
        (lambda x: MODEL(x).mean().detach(), "no trainable parameter"),
        (lambda x: x.mean(), "no trainable parameter"),
        (lambda x: MODEL(x).mean().item(), "is a float"),
        (lambda x: torch.tensor(1), "dtype torch.int64"),
    ],
)
def test_losses_that_cannot_train(loss_fn: Any, message: str) -> None:
    assert message in refused(loss_fn=loss_fn)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batches": lambda step: X[:0]}, "holds an empty tensor of shape (0, 2)"),
        ({"module": nn.ReLU()}, "ReLU has no trainable parameter"),
        ({"module": nn.Linear(2, 1).requires_grad_(False)}, "Linear has no trainable parameter"),
        ({"optimizer": torch.optim.Adam}, "expected an instance such as torch.optim.Adam"),
        ({"optimizer": torch.optim.Adam(nn.Linear(1, 1).parameters())}, "holds no trainable parameter of Linear"),
        ({"optimizer": torch.optim.LBFGS(MODEL.parameters())}, "LBFGS"),
        ({"callbacks": training.ClipGradient(1.0)}, "write callbacks=[...]"),
        ({"callbacks": [training.ClipGradient]}, "an instance with one of the methods"),
        ({"callbacks": ["ema"]}, "callbacks holds 'ema'"),
        ({"steps": True}, "steps"),
        ({"steps": 10.0}, "steps"),
    ],
)
def test_common_mistakes(changes: dict, message: str) -> None:
    assert message in refused(**changes)


@FEW
@given(ODD_THINGS)
def test_odd_constructor_arguments(thing: Any) -> None:
    makers = {
        "EMA of": lambda: training.EMA(thing),
        "decay": lambda: training.EMA(MODEL, thing),
        "max_norm": lambda: training.ClipGradient(thing),
        "scheduler": lambda: training.Schedule(thing),
        "every": lambda: training.Validate(lambda m: 0.0, thing),
        "fn": lambda: training.Validate(thing, 1),
        "autocast": lambda: training.autocast(thing),
        "interval": lambda: training.Checkpoint("nowhere/run.pt", thing),
        "players": lambda: training.fit_adversarial(thing, thing, lambda k: X, lambda n: X, 1),
    }
    for make in makers.values():
        try:
            make()
        except (TypeError, ValueError) as error:
            assert_one_sentence(error)


@FEW
@given(st.sampled_from(["batches", "noise", "steps", "n_critic"]), ODD_THINGS)
def test_odd_arguments_of_the_adversarial_loop(name: str, thing: Any) -> None:
    critic, generator = nn.Linear(2, 1), nn.Linear(2, 2)
    arguments = {
        "critic": training.Player(critic, lambda x, z: critic(generator(z)).mean() - critic(x).mean()),
        "generator": training.Player(generator, lambda z: -critic(generator(z)).mean()),
        "batches": lambda k: X,
        "noise": lambda n: torch.randn(n, 2),
        "steps": 1,
        "n_critic": 1,
    }
    try:
        training.fit_adversarial(**(arguments | {name: thing}))
    except (TypeError, ValueError) as error:
        if thing is not nn.Linear:
            assert_one_sentence(error)
    else:
        assert isinstance(thing, int)


def test_a_folder_is_no_checkpoint(tmp_path: Any) -> None:
    with pytest.raises(ValueError, match="is a folder, expected the name of a file"):
        training.Checkpoint(tmp_path)


def test_a_scheduler_recipe_that_makes_none_is_named() -> None:
    assert "the scheduler function returned a int" in refused(callbacks=[training.Schedule(lambda opt: 3)])
