"""Checks at the door of training: what came, what was expected, what to do, in one sentence."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer


def leaves(batch: Any) -> Iterator[Tensor]:
    """Yield the tensors of a batch: a tensor, or tuples, lists and dicts of batches.

    Raises:
        TypeError: something else is in it.
    """
    if isinstance(batch, Tensor):
        yield batch
    elif isinstance(batch, (tuple, list)):
        for part in batch:
            yield from leaves(part)
    elif isinstance(batch, dict):
        for part in batch.values():
            yield from leaves(part)
    else:
        raise TypeError(f"a batch holds a {type(batch).__name__}, expected tensors, or tuples or dicts of them.")


def map_leaves(fn: Callable[[Tensor], Tensor], batch: Any) -> Any:
    """Return `batch` with `fn` applied to each of its tensors."""
    if isinstance(batch, Tensor):
        return fn(batch)
    if isinstance(batch, dict):
        return {name: map_leaves(fn, part) for name, part in batch.items()}
    parts = [map_leaves(fn, part) for part in batch]
    return type(batch)(*parts) if hasattr(batch, "_fields") else type(batch)(parts)


def check_data(batch: Any, step: int) -> Any:
    """Return `batch`, or raise where it holds no tensor, an empty one, a NaN or an infinity."""
    tensors = list(leaves(batch))
    if not tensors:
        raise ValueError(f"batches({step}) holds no tensor, expected at least one.")
    for tensor in tensors:
        if tensor.numel() == 0:
            raise ValueError(
                f"batches({step}) holds an empty tensor of shape {tuple(tensor.shape)}, expected examples."
            )
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise ValueError(
                f"batches({step}) holds NaN or infinite values, expected finite numbers: clean the data first."
            )
    return batch


def check_loss(loss: Any, step: int) -> None:
    """Raise unless `loss` is a scalar tensor through which gradients flow."""
    if not isinstance(loss, Tensor) or not loss.is_floating_point():
        kind = f"a tensor of dtype {loss.dtype}" if isinstance(loss, Tensor) else f"a {type(loss).__name__}"
        raise TypeError(f"the loss at step {step} is {kind}, expected a floating scalar tensor.")
    if loss.dim():
        raise ValueError(
            f"the loss at step {step} has shape {tuple(loss.shape)}, expected a scalar: take its mean first."
        )
    if not loss.requires_grad:
        raise ValueError(
            f"the loss at step {step} depends on no trainable parameter, expected one that gradients flow through: "
            "look for detach(), no_grad() or another module's parameters."
        )


def check_player(loss_fn: Any, module: Any, optimizer: Any) -> Optimizer:
    """Return the optimizer (Adam with learning rate 1e-3 for None), or raise where the three cannot train together."""
    if not callable(loss_fn):
        raise TypeError(f"the loss is a {type(loss_fn).__name__}, expected a function from a batch to a scalar tensor.")
    if not isinstance(module, nn.Module):
        raise TypeError(f"module is a {type(module).__name__}, expected a torch.nn.Module.")
    trainable = [p for p in module.parameters() if p.requires_grad]
    if not trainable:
        raise ValueError(f"{type(module).__name__} has no trainable parameter, expected some with requires_grad.")
    if optimizer is None:
        return torch.optim.Adam(trainable, lr=1e-3)
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"optimizer is {optimizer!r}, expected an instance such as torch.optim.Adam(module.parameters(), lr=1e-3)."
        )
    if isinstance(optimizer, torch.optim.LBFGS):
        raise TypeError("optimizer is an LBFGS, expected one that makes a step from one gradient, such as Adam or SGD.")
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    if not any(id(p) in held for p in trainable):
        raise ValueError(
            f"optimizer holds no trainable parameter of {type(module).__name__}, expected one built from "
            "module.parameters() after the module was built and moved."
        )
    return optimizer
