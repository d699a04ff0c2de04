"""Principal angles against scipy, and where the arc cosine alone would fail."""

import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles

from genbook.numerics import principal_angles, seeded


@pytest.mark.parametrize(("k", "m"), [(1, 1), (2, 4), (4, 2), (3, 3), (5, 5), (6, 6)])
def test_angles_are_those_of_scipy(k: int, m: int) -> None:
    with seeded(k + 10 * m):
        a, b = torch.randn(6, k).double(), torch.randn(6, m).double()
    theirs = np.sort(subspace_angles(a.numpy(), b.numpy()))
    np.testing.assert_allclose(principal_angles(a, b).numpy(), theirs, rtol=1e-7, atol=1e-7)


def test_small_angles_keep_their_digits() -> None:
    a = torch.eye(4).double()[:, :2]
    b = a.clone()
    b[3, 1] = 1e-9
    torch.testing.assert_close(principal_angles(a, b), torch.tensor([0.0, 1e-9]).double(), rtol=1e-6, atol=1e-15)


def test_only_the_spans_count() -> None:
    with seeded(0):
        a, b, mix = torch.randn(5, 3).double(), torch.randn(5, 2).double(), torch.randn(3, 3).double()
    torch.testing.assert_close(principal_angles(a @ mix, b), principal_angles(a, b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (torch.zeros(3, 1), torch.ones(3, 1)),
        (torch.ones(3, 2), torch.ones(3, 1)),
        (torch.ones(3, 1), torch.ones(4, 1)),
        (torch.ones(3), torch.ones(3, 1)),
        (torch.eye(2, 3), torch.eye(2)),
    ],
)
def test_what_spans_nothing_is_refused(a: torch.Tensor, b: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="expected"):
        principal_angles(a, b)
