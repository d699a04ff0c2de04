"""Weight clipping: the first and crudest way to bound a critic's slope."""

import math

import torch
from torch.optim import Optimizer
from torch.utils.hooks import RemovableHandle


def clip_weights(optimizer: Optimizer, bound: float) -> RemovableHandle:
    """Clamp every parameter of `optimizer` to [-bound, bound] now and after each of its steps.

    Arjovsky et al. (2017, algorithm 1). The critics of such weights are K-Lipschitz for some K that depends on the
    architecture and on `bound` and is not known. Call `.remove()` on what is returned to end it.

    Raises:
        TypeError, ValueError: `optimizer` is none, or `bound` is not a finite number above 0.

    >>> layer = torch.nn.Linear(2, 1)
    >>> _ = clip_weights(torch.optim.SGD(layer.parameters(), lr=0.1), 0.01)
    >>> bool((layer.weight.abs() <= 0.01).all())
    True
    """
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer is a {type(optimizer).__name__}, expected a torch optimizer of the critic.")
    if not (math.isfinite(bound) and bound > 0):
        raise ValueError(f"bound is {bound}, expected a finite number above 0.")

    def clamp(*_: object) -> None:
        with torch.no_grad():
            for group in optimizer.param_groups:
                for parameter in group["params"]:
                    parameter.clamp_(-bound, bound)

    clamp()
    return optimizer.register_step_post_hook(clamp)
