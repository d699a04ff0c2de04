"""Mixed precision as a function of the loss."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch
from torch import Tensor

from genbook.training.inputs import leaves


def autocast(loss_fn: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Return `loss_fn` with its matrix products and convolutions in bfloat16: `fit(autocast(model.loss), model, ...)`.

    Parameters, gradients and the optimizer stay in single precision (Micikevicius et al. 2018, section 3.1); bfloat16
    has the range of float32, so the loss needs no scaling. The device is that of the batch.

    Raises:
        TypeError: `loss_fn` is no function.

    >>> layer = torch.nn.Linear(3, 3)
    >>> autocast(lambda x: layer(x).sum())(torch.ones(2, 3)).dtype
    torch.float32
    """
    if not callable(loss_fn):
        raise TypeError(f"loss_fn is a {type(loss_fn).__name__}, expected a function from a batch to a scalar tensor.")

    @wraps(loss_fn)
    def mixed(*batch: Any) -> Tensor:
        with torch.autocast(next(leaves(batch)).device.type, dtype=torch.bfloat16):
            loss = loss_fn(*batch)
        return loss.float()

    return mixed
