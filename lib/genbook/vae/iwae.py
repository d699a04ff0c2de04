"""Importance weights: a tighter bound on log p(x), how to train on it, and how far its weights can be trusted."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from genbook.checks import check_batch, check_count
from genbook.vae.vae import VAE


def log_mean_exp(log_w: Tensor) -> Tensor:
    """Return log(1/K sum_k exp(log_w_k)) over the first of K draws: (K, B) -> (B,), without overflow.

    >>> log_mean_exp(torch.tensor([[-1000.0], [-1000.0]]))
    tensor([-1000.])
    """
    return log_w.logsumexp(0) - math.log(len(log_w))


@torch.no_grad()
def importance_bound(model: VAE, x: Tensor, samples: int, rows: int = 8192) -> Tensor:
    """Return log(1/K sum_k p(x, z_k) / q(z_k | x)) with K = `samples` draws for each x, float64 (B,) in nats.

    Its expectation is at most log p(x), never falls as K grows, and tends to log p(x) (Burda et al. 2016, theorem 1).
    At most `rows` latent vectors are decoded at a time, so memory does not grow with K; put the model into evaluation
    mode first.

    Raises:
        TypeError, ValueError: x has a wrong shape or dtype, holds a value that the decoder cannot produce, or a count
            is no whole number of at least 1.
    """
    check_batch(x, model.decoder.shape)
    model.decoder.check(x)
    check_count(samples, "samples")
    check_count(rows, "rows")
    each = max(1, rows // len(x))
    total = torch.full((len(x),), -math.inf, dtype=torch.float64, device=x.device)
    for start in range(0, samples, each):
        log_w = model.log_weights(x, min(each, samples - start)).double()  # (each, B)
        total = torch.logaddexp(total, log_w.logsumexp(0))
    return total - math.log(samples)


def effective_sample_size(log_w: Tensor) -> Tensor:
    """Return (sum_k w_k)^2 / sum_k w_k^2, from 1 (one draw decides) to K (all count alike): (K, B) -> (B,).

    >>> effective_sample_size(torch.zeros(4, 1)), effective_sample_size(torch.tensor([[0.0], [-200.0]]))
    (tensor([4.]), tensor([1.]))
    """
    return (2 * log_w.logsumexp(0) - (2 * log_w).logsumexp(0)).exp()


def iwae_loss(model: VAE, x: Tensor, samples: int) -> Tensor:
    """Return the mean of -log(1/K sum_k w_k) in nats an example, shape (): minus the bound (Burda et al. 2016, eq. 8).

    With one draw it is the loss of the VAE by the Monte Carlo form of its divergence.
    """
    return -log_mean_exp(model.log_weights(x, samples)).mean()


def dreg_loss(model: VAE, x: Tensor, samples: int) -> Tensor:
    """Return what `iwae_loss` returns, with a less noisy gradient for the encoder (Tucker et al. 2019, eq. 8).

    The encoder is reached through the draws z_k only, each with the square of its normalised weight; decoder and prior
    get the gradient of the bound. Both are unbiased for it. With one draw this is the estimator that sticks the landing
    (Roeder et al. 2017): exactly zero noise once q is the true posterior.

    The posterior needs `detach()` and `log_prob(z)` beside `draw`, as `DiagonalGaussian` has them.
    """
    check_batch(x, model.decoder.shape)
    check_count(samples, "samples")
    q = model.encoder(x)
    z, _ = q.draw(samples)  # (K, B, latents)
    every = x.expand(samples, *x.shape).flatten(0, 1)  # (K B, *shape)
    log_p = model.decoder(z.flatten(0, 1)).log_prob(every) + model.prior.log_prob(z.flatten(0, 1))
    log_w = log_p.view(samples, -1) - q.detach().log_prob(z)  # (K, B)
    weight = log_w.detach().softmax(0)  # (K, B)
    if z.requires_grad:
        z.register_hook(lambda gradient: weight.unsqueeze(-1) * gradient)
    surrogate = (weight * log_w).sum(0)
    return -(surrogate + (log_mean_exp(log_w) - surrogate).detach()).mean()


def gradient_signal_to_noise(loss: Callable[[], Tensor], parameters: Sequence[Tensor], repeats: int) -> Tensor:
    """Return |mean| / standard deviation of every entry of the gradient over independent draws, one flat tensor.

    An entry without any noise is infinite, one that is always zero is NaN (Rainforth et al. 2018, section 3.1).

    Raises:
        ValueError: fewer than two repeats.
    """
    check_count(repeats, "repeats")
    if repeats < 2:
        raise ValueError(f"repeats is {repeats}, expected at least 2: one gradient has no spread.")
    gradients = []
    for _ in range(repeats):
        each = torch.autograd.grad(loss(), list(parameters))
        gradients.append(torch.cat([g.flatten() for g in each]).double())
    g = torch.stack(gradients)  # (repeats, P)
    return g.mean(0).abs() / g.std(0)
