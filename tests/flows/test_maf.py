"""MAF and IAF: mirrors of each other, densities of conditions, truths that the right order reaches exactly."""

import math

import pytest
import torch

from genbook.data.toys import Banana
from genbook.flows import Affine, FlowEncoder, Inverse, alternating_orders, iaf, iaf_transform, maf
from genbook.nn import StandardNormal
from genbook.numerics import integrate, seeded


def random(flow, scale=0.5):
    with seeded(0), torch.no_grad():
        for p in flow.parameters():
            p.copy_(scale * torch.randn_like(p))
    return flow.double().eval()


def draw(rows, dim, seed=1):
    with seeded(seed):
        return torch.randn(rows, dim, dtype=torch.float64)


def test_an_iaf_with_the_weights_of_a_maf_is_that_mafs_inverse():
    density = random(maf(6, 3, (16,)))
    mirror = iaf_transform(6, 3, (16,), bijection=Affine()).double()
    mirror.transform.load_state_dict(density.transform.state_dict())
    x = draw(5, 6)
    with torch.no_grad():
        z, log_det = density(x)
        torch.testing.assert_close(mirror.inverse(x), (z, log_det))
        back, log_det_back = mirror(z)
    torch.testing.assert_close(back, x, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(log_det_back, -log_det, rtol=1e-5, atol=1e-5)


def test_the_density_of_an_iaf_is_that_of_its_own_draws():
    flow = random(iaf(3, 2, (8,)), 0.3)
    z0 = draw(4, 3)
    with torch.no_grad():
        x, log_det = flow.inverse(z0)
        expected = StandardNormal(3).double().log_prob(z0) - log_det
        torch.testing.assert_close(flow.log_prob(x), expected)


def test_a_new_flow_is_its_base():
    x = draw(4, 3).float()
    torch.testing.assert_close(maf(3, 2, (8,)).log_prob(x), StandardNormal(3).log_prob(x))


def test_orders_alternate_and_may_be_any():
    assert [order.tolist() for order in alternating_orders(3, 3)] == [[0, 1, 2], [2, 1, 0], [0, 1, 2]]
    orders = [torch.tensor([1, 2, 0])]
    flow = maf(3, hidden=(8,), orders=orders)
    assert [layer.network.ordering.tolist() for layer in flow.transform.transforms] == [[1, 2, 0]]
    with pytest.raises(ValueError, match=r"^orders is empty, expected"):
        maf(3, orders=[])
    with pytest.raises(ValueError, match="layers is 0"):
        maf(3, layers=0)


def test_given_any_condition_the_density_has_mass_one_and_they_differ():
    flow = random(maf(2, 2, (8,), context=1), 0.2)
    tables = []
    for value in (-1.0, 2.0):

        def log_p(x, value=value):
            return flow.log_prob(x, torch.full((len(x), 1), value, dtype=x.dtype))

        assert integrate(log_p, [-30.0] * 2, [30.0] * 2, 1000) == pytest.approx(1, abs=2e-3)
        tables.append(log_p(draw(5, 2)))
    assert (tables[0] - tables[1]).abs().max() > 0.1


def test_conditional_samples_have_the_conditional_mean():
    flow = random(maf(2, 1, (8,), context=1), 0.4)
    with seeded(3):
        x = flow.sample(20_000, torch.ones(20_000, 1).double())
    first = flow.transform.transforms[0]
    shift, raw = first.context(torch.ones(1, 1).double())[0, 8:10].tolist()  # of the first variable
    bias = first.network.output.bias[:2].tolist()
    s = 3 * math.tanh((raw + bias[1]) / 3)
    assert x[:, 0].mean().item() == pytest.approx(-(shift + bias[0]) * math.exp(-s), abs=4 * math.exp(-s) / 141)


def test_one_layer_in_the_right_order_is_exact_on_the_banana_and_in_the_wrong_order_is_not():
    banana, kl = Banana(), {}
    for name, order in (("right", [0, 1]), ("wrong", [1, 0])):
        with seeded(0):
            flow = maf(2, hidden=(64,), orders=[torch.tensor(order)])
            x = banana.sample(2000)
            adam = torch.optim.Adam(flow.parameters(), 0.02)
            for _ in range(250):
                loss = flow.loss(x)
                adam.zero_grad()
                loss.backward()
                adam.step()
            test = banana.sample(5000)
            with torch.no_grad():
                kl[name] = (banana.log_prob(test) - flow.log_prob(test)).mean().item()
    assert kl["right"] < 0.05 and kl["wrong"] > 0.2


def test_the_gradient_of_an_iafs_likelihood_is_that_of_the_maf_solved_for():
    # log p(x) = log N(z(x)) - log |det df/dz| with f(z) = x: the implicit function theorem against D passes
    flow = random(iaf(3, 1, (8,)), 0.4)
    layer = flow.transform.transforms[0].transform.transforms[0]
    x = draw(1, 3)
    flow.log_prob(x).sum().backward()
    claimed = {name: p.grad.clone() for name, p in layer.named_parameters()}
    for p in layer.parameters():
        p.grad = None
    with torch.no_grad():
        z = flow(x)[0]
    z.requires_grad_()
    image, log_det = layer(z)
    objective = flow.base.log_prob(z).sum() - log_det.sum()
    direct_z, *direct = torch.autograd.grad(objective, [z, *layer.parameters()], retain_graph=True)
    j = torch.autograd.functional.jacobian(lambda v: layer(v)[0][0], z)[:, 0]  # (3, 3)
    pull = torch.linalg.solve(j.T, direct_z[0])
    through = torch.autograd.grad(image[0], list(layer.parameters()), -pull)
    for (name, _), a, b in zip(layer.named_parameters(), direct, through, strict=True):
        torch.testing.assert_close(claimed[name], a + b)


def test_an_iaf_posterior_draws_by_one_pass_and_knows_its_density():
    class Encoder(torch.nn.Module):
        def forward(self, x):
            return Diagonal(x)

    class Diagonal:
        def __init__(self, x):
            self.x = x

        def draw(self, n):
            z = draw(n * len(self.x), 2).view(n, len(self.x), 2)
            return z, StandardNormal(2).double().log_prob(z.flatten(0, 1)).view(n, -1)

    transform = random(iaf_transform(2, 2, (8,), context=3), 0.4)
    x = draw(4, 3)
    z, log_q = FlowEncoder(Encoder(), transform, torch.nn.Identity())(x).draw(6)
    with torch.no_grad():
        back, log_det = transform(z.flatten(0, 1).detach(), x.repeat(6, 1))
        expected = StandardNormal(2).double().log_prob(back) + log_det
    torch.testing.assert_close(log_q.flatten(), expected)


def test_inverse_of_a_maf_is_a_transform_of_the_other_kind():
    flow = random(maf(3, 1, (8,)))
    x = draw(2, 3)
    with torch.no_grad():
        torch.testing.assert_close(Inverse(flow.transform)(x), flow.inverse(x))
