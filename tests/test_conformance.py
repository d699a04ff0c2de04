"""Every model keeps the promises that the names of its methods make; for each promise a broken model is caught."""

from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
import torch
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

from genbook.autoregressive import MADE
from tests import promises
from tests.cases import all_cases
from tests.twins import TWINS, case

CASES = all_cases()
PAIRS = [
    pytest.param(check, build, id=f"{key}-{check.__name__}")
    for key, build in CASES.items()
    for check, applies in promises.APPLIES.items()
    if applies(build()) and check.__name__ not in build().exempt
]


REGISTER = yaml.safe_load((Path(__file__).parents[1] / "book" / "models.yml").read_text(encoding="utf-8")) or []


PROMISES = ("log_prob", "elbo", "energy", "critic_loss")  # what makes a module a model and not a network inside one


def models(row):
    """Return the classes of a row that are models and therefore need a case."""
    symbols = row["symbol"] if isinstance(row["symbol"], list) else [row["symbol"]]
    found = [getattr(import_module(path.rpartition(".")[0]), path.rpartition(".")[2]) for path in symbols]
    modules = [thing for thing in found if isinstance(thing, type) and issubclass(thing, nn.Module)]
    return [module for module in modules if any(hasattr(module, name) for name in PROMISES)]


@pytest.mark.parametrize("row", REGISTER, ids=lambda row: row["key"])
def test_every_model_of_the_register_has_a_case(row):
    built = [build().model for key, build in CASES.items() if key.split("/")[0] == row["key"]]
    missing = [model.__name__ for model in models(row) if not any(isinstance(one, model) for one in built)]
    assert not missing, f"add {missing} to the CASES of its family in tests/cases/"


def test_every_case_belongs_to_the_register():
    assert {key.split("/")[0] for key in CASES} <= {row["key"] for row in REGISTER}


@pytest.mark.parametrize("check, build", PAIRS)
def test_a_model_keeps_its_promise(check, build):
    check(build)


@pytest.mark.parametrize("check, broken", TWINS, ids=lambda f: getattr(f, "__name__", None))
def test_a_broken_model_is_caught(check, broken):
    assert promises.APPLIES[check](broken())
    with pytest.raises((AssertionError, RuntimeError)):
        check(broken)


@pytest.mark.parametrize("check", promises.APPLIES, ids=lambda f: f.__name__)
def test_the_twins_are_sound_but_for_what_they_break(check):
    if promises.APPLIES[check](case(MADE)()):
        check(case(MADE))
    assert check in {caught for caught, _ in TWINS}, "a promise without a broken twin"


def test_exemptions_give_a_reason():
    for build in CASES.values():
        for name, reason in build().exempt.items():
            assert name in {check.__name__ for check in promises.APPLIES} and len(reason) > 20


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU: the same losses run on the meta device instead")
@pytest.mark.parametrize("build", CASES.values(), ids=CASES)
def test_a_model_moves_whole_to_the_gpu(build):
    on_cpu, moved = build(), build()
    moved.model.cuda()
    for a, b in zip(
        promises.values(on_cpu.model, on_cpu.batch), promises.values(moved.model, moved.batch.cuda()), strict=True
    ):
        if not hasattr(moved.model, "elbo"):  # its noise differs between devices
            torch.testing.assert_close(a, b.cpu(), rtol=1e-3, atol=1e-3)
    if hasattr(moved.model, "loss"):
        promises.loss_of(moved, moved.batch.cuda()).backward()
    if hasattr(moved.model, "sample"):
        assert moved.model.sample(3).is_cuda


@st.composite
def bad_batches(draw, case):
    """A batch that `case` must refuse, and whether shape and dtype alone give it away."""
    x = case.batch
    shaped = {
        "no rows": x[:0],
        "one row without a batch": x[0],
        "an axis too many": x[None],
        "a variable too many": torch.cat([x, x[:, :1]], 1),
        "absurdly wide": x[:1, :1].expand(1, 10**6, *x.shape[2:]),
        "complex": x.to(torch.complex64),
        "boolean": x > 0,
        "no tensor": x.tolist(),
    }
    if not x.is_floating_point():  # a text may have any length
        del shaped["a variable too many"], shaped["absurdly wide"]
    valued = {}
    rows, columns = draw(st.integers(0, x.shape[0] - 1)), draw(st.integers(0, x.shape[1] - 1))
    if x.is_floating_point():
        shaped["integers"] = x.long()
        for bad in (torch.nan, torch.inf, -torch.inf):
            valued[str(bad)] = _with(x, rows, columns, bad)
    if case.levels:
        off = draw(st.sampled_from([-1, case.levels, 10**9]))
        valued["out of range"] = _with(x, rows, columns, off)
        if x.is_floating_point():
            valued["between two levels"] = _with(x, rows, columns, 0.5)
    kind = draw(st.sampled_from([*shaped, *valued]))
    return kind, (shaped | valued)[kind], kind in shaped


def _with(x, row, column, value):
    x = x.clone()
    x[row, column] = value
    return x


def refused(call) -> str:
    """The sentence with which a call refuses its input."""
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    message = str(caught.value)
    assert "\n" not in message and message.endswith(".") and len(message) < 250, message
    assert "expected" in message, message
    return message


@pytest.mark.parametrize("key", [key for key, build in CASES.items() if promises.quantities(build().model)])
def test_bad_batches_are_refused_in_one_sentence(key):
    built = CASES[key]()

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(bad_batches(built))
    def run(bad):
        _, x, by_shape = bad
        for quantity in promises.quantities(built.model):
            refused(partial(quantity, x))
        if by_shape and hasattr(built.model, "loss"):
            refused(lambda: promises.loss_of(built, x))

    run()


@pytest.mark.parametrize("n", [0, -3, 2.5, "2", None, True])
@pytest.mark.parametrize("key", [key for key, build in CASES.items() if hasattr(build().model, "sample")])
def test_an_impossible_number_of_samples_is_refused(key, n):
    refused(lambda: CASES[key]().model.sample(n))


class Trusting(MADE):
    """A twin that checks nothing."""

    def log_prob(self, x):
        return torch.zeros(len(x))

    def sample(self, n):
        return torch.zeros(int(n or 0), 4)


def test_a_model_that_checks_nothing_is_caught():
    built = case(Trusting)()
    with pytest.raises(pytest.fail.Exception):
        refused(lambda: built.model.log_prob(built.batch[:0]))
    with pytest.raises(pytest.fail.Exception):
        refused(lambda: built.model.sample(2.5))
