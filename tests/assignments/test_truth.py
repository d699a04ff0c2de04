"""What the judge computes itself, against something else: autograd, torch's densities, the library's kernels."""

import math

import pytest
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, MultivariateNormal, Normal

from genbook.diffusion import Level, q_xs_xt_x0
from genbook.grading.exercise import CheckFailed
from genbook.grading.truth import diffusion, flows, vae
from genbook.grading.truth.draws import normal, uniform
from genbook.grading.truth.values import close, parts, read, standard_normal, whole


@pytest.fixture
def rng():
    return torch.Generator().manual_seed(0)


def test_the_flow_s_log_determinant_is_that_of_autograd(rng):
    masks = torch.stack([flows.random_mask(rng, 4) for _ in range(3)])
    net, z = flows.random_net(rng, 4, 3), normal(rng, 5, 4)
    x = flows.sample(z, masks, net)
    again, log_det = flows.noise_of(x, masks, net)
    jacobians = [torch.autograd.functional.jacobian(lambda z: flows.sample(z[None], masks, net)[0], row) for row in z]
    torch.testing.assert_close(again, z)
    torch.testing.assert_close(-log_det, torch.stack([torch.linalg.slogdet(j).logabsdet for j in jacobians]))


def test_masks_that_never_alternate_are_found_and_halves_are_not():
    halves = torch.tensor([[1, 1, 0, 0], [0, 0, 1, 1], [1, 1, 0, 0]]).double()
    flows.check_masks_of(halves)
    for wrong in (halves[:1].expand(3, 4), torch.ones(3, 4), torch.zeros(3, 4), 0.5 * halves):
        with pytest.raises(CheckFailed):
            flows.check_masks_of(wrong.double())


def test_the_posterior_mean_is_tweedie_s_with_autograd(rng):
    data, scale, var = diffusion.mixture(rng, 3, 2), 0.6, 0.4
    x = normal(rng, 6, 2).requires_grad_()
    spread = (scale**2 * data[2] + var).sqrt()[:, None].expand(3, 2)
    density = MixtureSameFamily(Categorical(data[0]), Independent(Normal(scale * data[1], spread), 1))
    (score,) = torch.autograd.grad(density.log_prob(x).sum(), x)
    torch.testing.assert_close(
        diffusion.posterior_mean(x.detach(), scale, var, data), (x.detach() + var * score) / scale
    )


def test_the_chain_s_posterior_is_the_library_s_kernel(rng):
    steps = diffusion.chain(rng, 5)
    factor, covariance = diffusion.joint(*steps)
    levels = [Level(a.item(), v.sqrt().item()) for a, v in zip(factor, covariance.diagonal(), strict=True)]
    x, x0 = normal(rng, 3, 2), normal(rng, 3, 2)
    for s in (1, 2, 5):
        mean, var = diffusion.posterior(x, x0, steps, s)
        kernel = q_xs_xt_x0(levels[s - 1], levels[s])
        torch.testing.assert_close(mean, kernel.gain * x + kernel.shift * x0)
        assert var.item() == pytest.approx(kernel.variance, abs=1e-12)


def test_evidence_and_posterior_agree_by_bayes_rule(rng):
    weight, bias, tau = vae.linear_world(rng, 3)
    x, z = normal(rng, 4, 5), normal(rng, 4, 3)
    mean, precision = vae.posterior(x, weight, bias, tau)
    joint = Normal(z @ weight.T + bias, tau.rsqrt()).log_prob(x).sum(-1) + Normal(0.0, 1.0).log_prob(z).sum(-1)
    posterior = MultivariateNormal(mean, precision_matrix=precision).log_prob(z)
    torch.testing.assert_close(joint - posterior, vae.log_evidence(x, weight, bias, tau))


def test_standard_normal_accepts_normal_noise_and_nothing_else(rng):
    n = 8000
    for _ in range(20):
        standard_normal(normal(rng, n, 3), "noise")
    eps = normal(rng, n, 2)
    doubled = eps[: n // 2].repeat_interleave(2, 0)
    uniforms = math.sqrt(12) * (uniform(rng, n, 2) - 0.5)
    for wrong in (uniforms, 1.2 * eps, eps + 0.1, eps[:, :1].expand(n, 2), doubled, (2 * eps).round() / 2):
        with pytest.raises(CheckFailed):
            standard_normal(wrong, "noise")


@pytest.mark.parametrize("answer", [None, "1", True, [1.0], torch.zeros(2), torch.tensor([float("nan")]), {"a": 1}])
def test_an_answer_of_another_kind_fails_with_a_sentence(answer):
    with pytest.raises(CheckFailed, match="expected"):
        read(answer, (1,), "the answer")
    with pytest.raises(CheckFailed):
        close(answer, torch.zeros(1, dtype=torch.float64), "the answer")
    with pytest.raises(CheckFailed):
        whole(answer, (1,), 3, "the answer")
    with pytest.raises(CheckFailed):
        parts(answer, 2, "the answer")
