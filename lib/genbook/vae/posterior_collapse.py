"""Posterior collapse: what training minimises in place of the bound, so that the latent variables are not ignored."""

from collections.abc import Callable

import torch
from torch import Tensor

from genbook.checks import check_batch, check_count
from genbook.vae.divergence import kl_per_latent
from genbook.vae.vae import VAE

Schedule = Callable[[int], float]


def linear_warm_up(steps: int, start: float = 0.0) -> Schedule:
    """Return a weight that climbs from `start` at step 0 to 1 at `steps`, and stays there (Bowman et al. 2016).

    >>> weight = linear_warm_up(100)
    >>> weight(0), weight(50), weight(1000)
    (0.0, 0.5, 1.0)
    """
    check_count(steps, "steps")
    if not 0.0 <= start <= 1.0:
        raise ValueError(f"start is {start}, expected a weight from 0 to 1.")
    return lambda step: start + (1.0 - start) * min(step / steps, 1.0)


def constant(weight: float) -> Schedule:
    """Return the same weight at every step: that of the beta-VAE (Higgins et al. 2017)."""
    if not 0.0 <= weight < float("inf"):
        raise ValueError(f"weight is {weight}, expected a finite number of at least 0.")
    return lambda step: weight


def weighted(batches: Callable[[int], Tensor], schedule: Schedule) -> Callable[[int], tuple[Tensor, Tensor]]:
    """Return batches (x, weight) for `weighted_loss`: the schedule stays a pure function of the step.

    >>> batch = weighted(lambda step: torch.zeros(3, 2), linear_warm_up(10))
    >>> batch(4)[1]
    tensor([0.4000, 0.4000, 0.4000])
    """

    def batch(step: int) -> tuple[Tensor, Tensor]:
        x = batches(step)
        return x, x.new_full((len(x),), schedule(step))

    return batch


def weighted_loss(model: VAE, batch: tuple[Tensor, Tensor]) -> Tensor:
    """Return the mean of weight * KL - log p(x | z), shape (): minus the bound in nats only where the weight is 1."""
    x, weight = batch
    terms = model.terms(x)
    return (weight * terms.kl - terms.log_likelihood).mean()


def free_bits_loss(model: VAE, x: Tensor, floor: float, groups: int) -> Tensor:
    """Return mean(-log p(x | z)) + sum_j max(floor, mean KL of group j), shape () (Kingma et al. 2016, eq. 15).

    The latents, in order, form `groups` groups of equal size. A group whose divergence, averaged over the batch, is
    below `floor` nats pays for `floor` and gets no gradient from it: groups * floor nats are free. Prior and posterior
    are Gaussians with independent coordinates.

    Raises:
        TypeError, ValueError: x has a wrong shape or dtype, the floor is negative, or the groups have unequal sizes.
    """
    check_batch(x, model.decoder.shape)
    check_count(groups, "groups")
    if not 0.0 <= floor < float("inf"):
        raise ValueError(f"floor is {floor}, expected a number of nats of at least 0.")
    q = model.encoder(x)
    z, _ = q.draw(1)  # (1, B, K)
    each = kl_per_latent(q, model.prior).mean(0)  # (K,)
    if len(each) % groups:
        raise ValueError(f"groups is {groups} for {len(each)} latents, expected a divisor: groups of equal size.")
    kl = each.unflatten(0, (groups, -1)).sum(1)  # (groups,)
    return torch.clamp(kl, min=floor).sum() - model.decoder(z[0]).log_prob(x).mean()
