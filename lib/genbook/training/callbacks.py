"""Small callbacks that are passed to `fit`: gradient clipping and learning-rate schedules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from genbook.training.run import Run


class ClipGradient:
    """Callback: scale the gradient down to Euclidean norm `max_norm` where it is longer (Pascanu et al. 2013, alg. 1).

    Raises:
        TypeError, ValueError: `max_norm` is not a positive number.
    """

    def __init__(self, max_norm: float) -> None:
        if isinstance(max_norm, bool) or not isinstance(max_norm, (int, float)):
            raise TypeError(f"max_norm is {max_norm!r}, expected a positive number.")
        if not max_norm > 0:
            raise ValueError(f"max_norm is {max_norm}, expected a positive number.")
        self.max_norm = float(max_norm)

    def after_backward(self, run: Run) -> None:
        """Clip what the optimizer is about to use."""
        nn.utils.clip_grad_norm_(run.module.parameters(), self.max_norm)


class Schedule:
    """Callback: step a learning-rate scheduler after every update.

    `scheduler` is built already, or a function that builds one from the optimizer of the run.

    Raises:
        TypeError: it is neither.

    >>> import torch
    >>> cosine = Schedule(lambda optimizer: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 1000))
    """

    def __init__(self, scheduler: LRScheduler | Callable[[Optimizer], LRScheduler]) -> None:
        if not isinstance(scheduler, LRScheduler) and not callable(scheduler):
            raise TypeError(
                f"scheduler is a {type(scheduler).__name__}, expected a torch learning-rate scheduler, "
                "or a function that builds one from an optimizer."
            )
        self._given = scheduler
        self._scheduler: Any = None

    def start(self, run: Run) -> None:
        """Build the scheduler where only its recipe was given."""
        if isinstance(self._given, LRScheduler):
            self._scheduler = self._given
            return
        if len(run.optimizers) != 1:
            raise ValueError(
                f"the run has {len(run.optimizers)} optimizers, expected one: pass a built scheduler for each of them."
            )
        made = self._given(run.optimizers[0])
        if not isinstance(made, LRScheduler):
            raise TypeError(f"the scheduler function returned a {type(made).__name__}, expected a torch scheduler.")
        self._scheduler = made

    def after_step(self, run: Run) -> None:
        """Move the learning rate on by one step."""
        self._scheduler.step()

    def state_dict(self) -> dict[str, Any]:
        """Return the scheduler's state."""
        return self._scheduler.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        self._scheduler.load_state_dict(state)
