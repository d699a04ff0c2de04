"""What graphs hold, against sizes that are known."""

import torch

from genbook.numerics.saved import saved_for_backward


def test_a_chain_of_products_holds_every_factor_once() -> None:
    x = torch.ones(1000, dtype=torch.float64, requires_grad=True)
    with saved_for_backward() as saved:
        y = x
        for _ in range(5):
            y = y.exp()  # keeps its result
    assert saved.bytes == 5 * 8000
    (gradient,) = torch.autograd.grad(y.sum(), x, retain_graph=True)
    assert gradient.shape == x.shape
    del y, gradient
    assert saved.bytes == 0


def test_views_of_one_storage_count_once_and_gradients_are_the_usual_ones() -> None:
    w = torch.randn(50, 50, requires_grad=True)
    with saved_for_backward() as saved:
        loss = (w @ w.T).square().sum()
    assert saved.bytes == 2 * 50 * 50 * 4  # w with its transpose, and the product
    (found,) = torch.autograd.grad(loss, w)
    (usual,) = torch.autograd.grad((w @ w.T).square().sum(), w)
    torch.testing.assert_close(found, usual)


def test_without_a_graph_nothing_is_held() -> None:
    x = torch.ones(10, requires_grad=True)
    with saved_for_backward() as saved, torch.no_grad():
        x.exp()
    assert saved.bytes == 0
