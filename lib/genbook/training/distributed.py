"""One script on one process or, under `torchrun`, on several: each takes its rows of the joint batch."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from genbook.training.inputs import leaves, map_leaves

LossFn = Callable[..., Tensor]


def join() -> None:
    """Join the processes that `torchrun` started (gloo on CPU, nccl on GPU); alone, or joined already, do nothing."""
    if not dist.is_available() or dist.is_initialized() or int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]) % torch.cuda.device_count())
    dist.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo")
    atexit.register(_leave)


def _leave() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()


def _joined() -> bool:
    return dist.is_available() and dist.is_initialized()


def rank() -> int:
    """Return the number of this process, from 0."""
    return dist.get_rank() if _joined() else 0


def world_size() -> int:
    """Return how many processes train together."""
    return dist.get_world_size() if _joined() else 1


class _Loss(nn.Module):
    """A loss as a forward pass, the only form whose gradients DistributedDataParallel averages."""

    def __init__(self, loss_fn: LossFn, module: nn.Module) -> None:
        super().__init__()
        self.loss_fn, self.module = loss_fn, module

    def forward(self, *batch: Any) -> Tensor:
        """Return the loss of this process's rows."""
        return self.loss_fn(*batch)


def averaged(loss_fn: LossFn, module: nn.Module) -> LossFn:
    """Return `loss_fn` such that `backward` averages the gradients of `module` over all processes.

    Parameters and buffers start as those of the first process. On one process it is `loss_fn` itself.
    """
    if world_size() == 1:
        return loss_fn
    place = next(module.parameters()).device
    return DistributedDataParallel(
        _Loss(loss_fn, module),
        device_ids=[place.index] if place.type == "cuda" else None,
        find_unused_parameters=True,  # a loss need not use every layer
    )


def own_noise() -> None:
    """Seed the generators of every process but the first apart, so that no two draw the same noise for their rows."""
    if rank() > 0:
        torch.manual_seed(int(torch.randint(2**62, ())) + rank())


def my_rows(batch: Any) -> Any:
    """Return this process's equal share of the rows of every tensor in `batch`.

    Raises:
        ValueError: the rows cannot be shared out equally.
    """
    world = world_size()
    if world == 1:
        return batch
    for tensor in leaves(batch):
        if tensor.dim() and len(tensor) % world:
            raise ValueError(
                f"a batch has {len(tensor)} rows, expected a multiple of the {world} processes: change the batch size."
            )

    def share(tensor: Tensor) -> Tensor:
        return tensor.chunk(world)[rank()] if tensor.dim() else tensor

    return map_leaves(share, batch)


def mean(value: Tensor) -> float:
    """Return the mean over processes of a scalar tensor, the same number on each."""
    if world_size() == 1:
        return value.item()
    total = value.detach().clone()
    dist.all_reduce(total)
    return total.item() / world_size()


def agreed(value: float, place: torch.device) -> float:
    """Return the first process's `value` on every process; `place` is a device whose backend can carry it."""
    if world_size() == 1:
        return value
    carrier = torch.tensor(value, dtype=torch.float64, device=place)
    dist.broadcast(carrier, 0)
    return carrier.item()


def share_buffers(module: nn.Module) -> None:
    """Give every process the buffers of the first (running statistics see different rows on each)."""
    if world_size() > 1:
        for buffer in module.buffers():
            dist.broadcast(buffer, 0)


def gather(tensor: Tensor, place: torch.device) -> list[Tensor]:
    """Return the tensor of every process, in order, on the CPU; `place` is a device whose backend can carry it."""
    if world_size() == 1:
        return [tensor]
    mine = tensor.to(place)
    every = [torch.empty_like(mine) for _ in range(world_size())]
    dist.all_gather(every, mine)
    return [each.cpu() for each in every]
