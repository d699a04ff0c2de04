"""Couplings: the Jacobian is triangular, and both ways of splitting are the same map."""

import pytest
import torch

from genbook.flows import Additive, Affine, Coupling, MaskedCoupling, RationalQuadratic, checkerboard
from genbook.nn import MLP
from genbook.numerics import jacobian, log_abs_det, seeded

MIXED = [True, False, True, True, False]
BLOCKS = [True, True, False, False, False]


def coupling(kept: list[bool], bijection=Affine()) -> Coupling:  # noqa: B008
    """A coupling over five variables."""
    with seeded(0):
        mask = torch.tensor(kept)
        network = MLP(sum(kept), (8,), (5 - sum(kept)) * bijection.size)
        return Coupling(mask, network, bijection).double()


@pytest.mark.parametrize("kept", [MIXED, BLOCKS, [not k for k in BLOCKS]])
def test_with_the_kept_variables_first_the_jacobian_is_triangular(kept):
    layer = coupling(kept)
    with seeded(1):
        x = torch.randn(5, dtype=torch.double)
    J = jacobian(lambda v: layer(v)[0], x)
    still = torch.tensor(kept)
    torch.testing.assert_close(J[still][:, still], torch.eye(sum(kept), dtype=torch.double))
    assert J[still][:, ~still].abs().max() == 0
    moved = J[~still][:, ~still]
    assert (moved - torch.diag(moved.diagonal())).abs().max() == 0
    assert J[~still][:, still].abs().min() > 0
    torch.testing.assert_close(layer(x[None])[1], moved.diagonal().log().sum()[None])


@pytest.mark.parametrize("bijection", [Additive(), Affine(), RationalQuadratic(4)])
def test_blocks_by_views_are_blocks_by_places(bijection):
    """The fast way for two blocks gives what the general way gives, forth and back, values and gradients."""
    fast = coupling(BLOCKS, bijection)
    slow = coupling(BLOCKS, bijection)
    slow.blocks = None
    with seeded(2):
        x = torch.randn(6, 5, dtype=torch.double, requires_grad=True)
    for way in ("forward", "inverse"):
        results = [getattr(layer, way)(x) for layer in (fast, slow)]
        torch.testing.assert_close(*results)
        grads = [torch.autograd.grad(z.square().sum() + log_det.sum(), x)[0] for z, log_det in results]
        torch.testing.assert_close(*grads)


def test_a_network_on_images_gives_the_parameters_of_a_channel_side_by_side():
    """A 1x1 convolution on one pixel is a linear layer."""
    with seeded(3):
        conv = torch.nn.Conv2d(2, 4, 1).double()
        x = torch.randn(3, 4, 1, 1, dtype=torch.double)
    linear = torch.nn.Linear(2, 4).double()
    linear.weight.data, linear.bias.data = conv.weight.data[..., 0, 0], conv.bias.data
    kept = torch.tensor([True, True, False, False])
    image, log_det = Coupling(kept, conv, Affine())(x)
    vector, expected = Coupling(kept, linear, Affine())(x.flatten(1))
    torch.testing.assert_close(image.flatten(1), vector)
    torch.testing.assert_close(log_det, expected)


def test_a_masked_coupling_moves_only_what_is_not_kept_and_looks_only_at_what_is():
    with seeded(4):
        network = torch.nn.Conv2d(1, 2, 3, padding=1).double()
        x = torch.randn(1, 1, 4, 4, dtype=torch.double)
    kept = checkerboard(4, 4)
    layer = MaskedCoupling(kept, network, Affine())

    def flat(v):
        return layer(v.unflatten(1, (1, 4, 4)))[0].flatten(1)

    still = kept.flatten()
    J = jacobian(flat, x.flatten())
    torch.testing.assert_close(J[still], torch.eye(16, dtype=torch.double)[still])
    moved = J[~still][:, ~still]
    assert (moved - torch.diag(moved.diagonal())).abs().max() == 0
    assert (J[~still][:, still] != 0).any()
    z, log_det = layer(x)
    torch.testing.assert_close(log_det, log_abs_det(flat, x.flatten(1)))
    torch.testing.assert_close(layer.inverse(z)[0], x)
    with pytest.raises(ValueError, match="as the mask has"):
        layer(x[:, :, :2])


@pytest.mark.parametrize("kept", [[True, True], torch.tensor([1, 0]), torch.tensor([[True, False]])])
def test_what_is_no_mask_is_refused(kept):
    with pytest.raises(TypeError, match="expected"):
        Coupling(kept, MLP(1, (4,), 2), Affine())


@pytest.mark.parametrize("value", [True, False])
def test_a_mask_that_splits_nothing_is_refused(value):
    with pytest.raises(ValueError, match="expected at least one"):
        Coupling(torch.full((3,), value), MLP(1, (4,), 2), Affine())
    with pytest.raises(ValueError, match="expected some"):
        MaskedCoupling(torch.full((1, 2, 2), value), MLP(1, (4,), 2), Affine())
    with pytest.raises(TypeError, match="expected"):
        MaskedCoupling(torch.tensor([True, False]), MLP(1, (4,), 2), Affine())
