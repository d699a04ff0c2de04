"""RealNVP for vectors and for images: inverses, log-determinants, scales, masks that alternate."""

import pytest
import torch

from genbook import results
from genbook.flows import (
    ActNorm,
    Affine,
    BatchNorm,
    Coupling,
    FactorOut,
    Flow,
    Squeeze,
    Squeezed,
    checkerboard,
    realnvp,
    realnvp_images,
)
from genbook.nn import MLP, StandardNormal
from genbook.numerics import jacobian, log_abs_det, seeded


def shaken(flow: Flow, scale: float = 0.03) -> Flow:
    """The flow in double precision, away from its start as the identity."""
    with seeded(0), torch.no_grad():
        for p in flow.parameters():
            p.add_(scale * torch.randn_like(p))
    return flow.double().eval()


FLOWS = {
    "vector": (lambda: realnvp(5, layers=4, hidden=(16,)), (5,)),
    "ActNorm": (lambda: realnvp(4, layers=4, hidden=(16,), normalisation=ActNorm), (4,)),
    "BatchNorm": (lambda: realnvp(4, layers=4, hidden=(16,), normalisation=BatchNorm), (4,)),
    "image": (lambda: realnvp_images((1, 4, 4), width=8, levels=1), (1, 4, 4)),
    "two scales": (lambda: realnvp_images((2, 4, 8), width=4, levels=2), (2, 4, 8)),
}


@pytest.mark.parametrize("name", FLOWS)
def test_inverse_and_log_det_against_autograd(name):
    build, event = FLOWS[name]
    flow = shaken(build(), 0.1)
    with seeded(1):
        x = torch.randn(3, *event, dtype=torch.double)
    with torch.no_grad():
        z, log_det = flow(x)
        back, log_det_back = flow.inverse(z)
    assert (z - x).abs().max() > 0.05
    torch.testing.assert_close(back, x, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(log_det_back, -log_det, rtol=1e-6, atol=1e-6)
    truth = log_abs_det(lambda v: flow(v.unflatten(1, event))[0].flatten(1), x.flatten(1))
    torch.testing.assert_close(log_det, truth, rtol=1e-6, atol=1e-6)


def test_masks_that_never_alternate_leave_a_variable_as_it_is():
    """Such a flow keeps every promise of inverse and log-determinant; only this test sees it."""

    def dependencies(alternate: bool) -> torch.Tensor:
        with seeded(2):
            kept = [torch.tensor([True, False]) ^ (alternate and layer % 2 == 1) for layer in range(4)]
            flow = Flow(StandardNormal(2), [Coupling(k, MLP(1, (8,), 2), Affine()) for k in kept]).double()
            return jacobian(lambda v: flow(v)[0], torch.randn(2, dtype=torch.double)) - torch.eye(2)

    assert dependencies(False)[0].abs().max() == 0
    assert dependencies(True).abs().min() > 1e-6
    with seeded(3):
        built = shaken(realnvp(2, layers=4, hidden=(8,)), 0.2)
        J = jacobian(lambda v: built(v)[0], torch.randn(2, dtype=torch.double)) - torch.eye(2)
    assert J.abs().min() > 1e-6


@pytest.mark.parametrize("build", [realnvp_images], ids=["RealNVP"])
def test_every_pixel_of_the_noise_depends_on_every_pixel_of_the_image(build):
    flow = shaken(build((1, 4, 4), width=8, levels=1), 0.2)
    with seeded(4):
        x = torch.randn(16, dtype=torch.double)
    J = jacobian(lambda v: flow(v.unflatten(1, (1, 4, 4)))[0].flatten(1), x)
    assert ((J - torch.eye(16)).abs() > 0).all()


def test_squeeze_puts_the_four_pixels_of_a_block_into_four_channels():
    x = torch.arange(2 * 1 * 4 * 6.0).view(2, 1, 4, 6)
    z, log_det = Squeeze()(x)
    assert z.shape == (2, 4, 2, 3) and torch.equal(log_det, torch.zeros(2))
    block = x[1, 0, 2:4, 4:6].flatten()
    assert torch.equal(z[1, :, 1, 2], block)
    assert torch.equal(Squeeze().inverse(z)[0], x)


def test_what_is_factored_out_is_touched_by_nothing_further():
    with seeded(5):
        rest = shaken(realnvp(3, layers=2, hidden=(8,)), 0.3)
        x = torch.randn(4, 6, dtype=torch.double)
    z, log_det = FactorOut(rest)(x)
    assert torch.equal(z[:, 3:], x[:, 3:])
    expected = rest(x[:, :3])
    torch.testing.assert_close(z[:, :3], expected[0])
    torch.testing.assert_close(log_det, expected[1])


def test_a_squeezed_transform_gives_back_an_image():
    with seeded(6):
        inner = ActNorm(4)
        inner.fit(torch.randn(20, 4, 2, 2) * 3)
        x = torch.randn(2, 1, 4, 4)
    z, log_det = Squeezed(inner)(x)
    by_hand, expected = inner(torch.nn.functional.pixel_unshuffle(x, 2))
    torch.testing.assert_close(torch.nn.functional.pixel_unshuffle(z, 2), by_hand)
    torch.testing.assert_close(log_det, expected)


def test_a_checkerboard_and_its_complement_cover_the_image():
    board = checkerboard(3, 4)
    assert board.shape == (1, 3, 4) and board.sum() == 6
    assert (board[:, 1:] ^ board[:, :-1]).all() and (board[:, :, 1:] ^ board[:, :, :-1]).all()


@pytest.mark.parametrize("shape, levels", [((1, 6, 8), 2), ((1, 8), 1), ((0, 8, 8), 1), ((1, 8, 8), 0)])
def test_images_that_cannot_be_halved_are_refused(shape, levels):
    with pytest.raises(ValueError, match="expected"):
        realnvp_images(shape, levels=levels)


@pytest.mark.parametrize("x", [torch.zeros(2, 1, 3, 4), torch.zeros(2, 4), torch.zeros(0, 1, 4, 4)])
def test_what_cannot_be_squeezed_is_refused(x):
    with pytest.raises(ValueError, match="expected"):
        Squeeze()(x)


def test_training_is_measured_to_be_no_slower_than_the_fastest_of_three_libraries():
    """Of the stored comparison, run by run: all libraries took turns in one process."""
    speeds = {
        row["model"]: [run["steps_per_second"] for run in row["runs"]]
        for row in results.read("flow_speed_coupling")["rows"]
    }
    ours = speeds.pop("genbook")
    assert len(speeds) == 3 and len(ours) == 3
    assert all(mine >= max(others) for mine, *others in zip(ours, *speeds.values(), strict=True))
