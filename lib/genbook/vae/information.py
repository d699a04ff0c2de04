"""What a latent variable carries: rate, distortion, mutual information, active units."""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

from genbook.checks import check_batch, check_count
from genbook.vae.vae import VAE


class Information(NamedTuple):
    """Means over a set of data, in nats an example; rate = mutual + marginal, and -elbo = rate + distortion.

    rate: KL(q(z | x) || p(z)), what z costs.
    distortion: -log p(x | z) at z ~ q(z | x), what x costs once z is known.
    mutual: I_q(x; z) = KL(q(z | x) || q(z)), at most log N for N examples.
    marginal: KL(q(z) || p(z)) of the aggregate posterior q(z) = 1/N sum_n q(z | x_n).
    """

    rate: float
    distortion: float
    mutual: float
    marginal: float


@torch.no_grad()
def information(model: VAE, x: Tensor, draws: int = 1) -> Information:
    """Return rate, distortion and the two parts of the rate (Hoffman & Johnson 2016), over all of x (N, *shape).

    z is drawn `draws` times for every example. The rate uses the model's own `divergence`, so a closed form where there
    is one; mutual information is a Monte Carlo estimate over the draws, exact in the sum over the N posteriors, and
    `marginal` is the rest of the rate. q needs `log_prob(z)` beside `draw`. Put the model into evaluation mode first.

    Raises:
        TypeError, ValueError: x has a wrong shape or dtype, or holds a value that the decoder cannot produce.
    """
    check_batch(x, model.decoder.shape)
    model.decoder.check(x)
    check_count(draws, "draws")
    q = model.encoder(x)
    z, log_q = q.draw(draws)  # (draws, N, K), (draws, N)
    sums = torch.zeros(3, dtype=torch.float64)
    for z_k, log_q_k in zip(z, log_q, strict=True):
        rate = model.divergence(q, model.prior, z_k, log_q_k)
        mutual = log_q_k - log_aggregate(q, z_k)
        sums += torch.stack([v.double().mean().cpu() for v in (rate, -model.decoder(z_k).log_prob(x), mutual)])
    rate, distortion, mutual = (sums / draws).tolist()
    return Information(rate, distortion, mutual, rate - mutual)


def log_aggregate(q: Any, z: Tensor) -> Tensor:
    """Return log q(z) = log(1/N sum_n q(z | x_n)) for z (M, K) under the N posteriors of a batch, (M,) in nats."""
    parts = [q.log_prob(some.unsqueeze(1)).logsumexp(1) for some in z.split(256)]  # (256, 1, K) against (N, K)
    return torch.cat(parts) - math.log(len(q.mean))


@torch.no_grad()
def active_units(model: VAE, x: Tensor, threshold: float = 0.01) -> Tensor:
    """Return which latents are active: Var over x of the posterior mean above `threshold`, (K,) of bool.

    (Burda et al. 2016, section 5.1; theirs is the threshold.) For posteriors that have a `mean`.
    """
    check_batch(x, model.decoder.shape)
    if len(x) < 2:
        raise ValueError(f"x has {len(x)} example, expected at least 2: one mean does not vary.")
    return model.encoder(x).mean.var(0) > threshold
