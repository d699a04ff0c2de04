"""A posterior bent by a flow against its density, by change of variables and by quadrature."""

import pytest
import torch
from torch import nn

from genbook.flows import Affine, Coupling, Inverse
from genbook.flows.posterior import FlowEncoder, FlowPosterior
from genbook.nn import MLP, StandardNormal
from genbook.nn.outputs import Bernoulli
from genbook.numerics import seeded
from genbook.vae import VAE, DiagonalGaussian, FactorizedDecoder, GaussianEncoder
from genbook.vae.parts import Posterior


def bend() -> Coupling:
    return Coupling(torch.tensor([True, False]), MLP(1, (8,), 2), Affine())


class Told(nn.Module):
    """z0 + c: a shift that the condition gives."""

    def forward(self, x, c):
        return x - c, x.new_zeros(len(x))

    def inverse(self, z, c):
        return z + c, z.new_zeros(len(z))


def test_log_q_is_the_density_of_the_draws() -> None:
    with seeded(0):
        transform = bend()
        simple = DiagonalGaussian(torch.randn(3, 2), 0.3 * torch.randn(3, 2))
        z, log_q = FlowPosterior(simple, transform).draw(50)
    assert isinstance(FlowPosterior(simple, transform), Posterior)
    z0, log_det = transform(z.flatten(0, 1))
    torch.testing.assert_close(log_q, simple.log_prob(z0.view(50, 3, 2)) + log_det.view(50, 3), rtol=1e-4, atol=1e-4)


def test_every_draw_meets_the_condition_of_its_own_x() -> None:
    simple = DiagonalGaussian(torch.zeros(3, 2), torch.full((3, 2), -7.0))
    c = torch.tensor([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]])
    z, log_q = FlowPosterior(simple, Told(), c).draw(5)
    torch.testing.assert_close(z, c.expand(5, 3, 2), rtol=0, atol=0.01)
    assert log_q.shape == (5, 3)


def test_a_vae_takes_it_and_its_bound_holds() -> None:
    with seeded(0):
        decoder = FactorizedDecoder(MLP(2, (8,), 3), Bernoulli(), (3,))
        encoder = FlowEncoder(GaussianEncoder(MLP(3, (8,), 4)), Inverse(bend()), None)
        model = VAE(encoder, decoder, StandardNormal(2))
        x = torch.tensor([[0.0, 1.0, 1.0]])
        log_w = model.log_weights(x, 20_000)[:, 0]
        truth = (decoder(StandardNormal(2).sample(20_000)).log_prob(x.expand(20_000, 3))).logsumexp(0)
        model.loss(x).backward()
    assert log_w.mean() < truth - torch.tensor(20_000.0).log()
    assert abs(log_w.logsumexp(0) - truth) < 0.05
    assert all(p.grad is not None for p in encoder.transform.parameters())


def test_context_comes_from_x() -> None:
    encoder = FlowEncoder(
        lambda x: DiagonalGaussian(torch.zeros(len(x), 2), torch.full((len(x), 2), -7.0)), Told(), lambda x: x[:, :2]
    )
    z, _ = encoder(torch.tensor([[4.0, 5.0, 6.0]])).draw(2)
    torch.testing.assert_close(z, torch.tensor([4.0, 5.0]).expand(2, 1, 2), rtol=0, atol=0.01)


def test_what_is_no_transform_is_refused() -> None:
    with pytest.raises(TypeError, match="expected a module with forward"):
        FlowEncoder(GaussianEncoder(MLP(3, (8,), 4)), nn.Linear(2, 2))
