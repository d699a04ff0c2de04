"""Roots of increasing functions against known ones, and the message when there is none."""

import pytest
import torch

from genbook.numerics.newton import newton_in_bracket


def steep(x):
    """An almost flat piece between two steps: Newton's method alone leaves the bracket here."""
    return x * 1e-3 + torch.tanh(50 * x), 1e-3 + 50 * (1 - torch.tanh(50 * x) ** 2)


@pytest.mark.parametrize("dtype, close", [(torch.float64, 1e-9), (torch.float32, 2e-2)])
def test_it_finds_what_was_hidden(dtype, close):
    hidden = torch.linspace(-3, 3, 101, dtype=dtype)
    found = newton_in_bracket(steep, steep(hidden)[0], torch.full_like(hidden, -5), torch.full_like(hidden, 8))
    assert found.dtype == dtype
    assert ((steep(found)[0] - steep(hidden)[0]).abs() < 200 * torch.finfo(dtype).eps).all()
    torch.testing.assert_close(found, hidden, rtol=close, atol=close)


def test_a_root_at_the_end_of_the_bracket_is_found():
    y = torch.zeros(1).double()
    found = newton_in_bracket(lambda x: (x, torch.ones_like(x)), y, y.clone(), y + 1)
    assert found.abs() < 1e-14


def test_without_newtons_slope_bisection_still_arrives():
    y = torch.tensor([0.3]).double()
    found = newton_in_bracket(lambda x: (x**3, torch.full_like(x, 1e-9)), y, y - 2, y + 2)
    torch.testing.assert_close(found**3, y)


@pytest.mark.parametrize("y", [7.0, float("nan")])
def test_no_root_in_the_bracket_names_steps_and_tolerance(y):
    y = torch.tensor([y, 0.0])
    with pytest.raises(RuntimeError, match=r"after 30 steps 1 of 2 roots .* tolerance 0\.001.*expected"):
        newton_in_bracket(lambda x: (x.tanh(), 1 - x.tanh() ** 2), y, y * 0 - 9, y * 0 + 9, steps=30, tolerance=1e-3)
