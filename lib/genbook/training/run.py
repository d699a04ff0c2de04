"""The loop that `fit` and `fit_adversarial` share, and what a callback may see of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from torch import nn
from torch.optim import Optimizer

from genbook.training import distributed
from genbook.training.history import History
from genbook.training.progress import progress

HOOKS = ("start", "restore", "after_backward", "after_step", "save", "end")


@dataclass
class Run:
    """A training run as its callbacks see it.

    A callback is a function `callback(run)`, called after every step, or any object with some of these methods,
    each taking the run:
        start           once, before the first step;
        restore         once, when every callback has started (a checkpoint is read here);
        after_backward  when gradients are there and not yet used;
        after_step      when the parameters have been updated and `step` counts the update;
        save            after the `after_step` of every callback (a checkpoint is written here);
        end             once, after the last step.
    `state_dict()` and `load_state_dict(state)`, where it has them, join the checkpoints. `stop = True` ends the run.
    """

    module: nn.Module
    optimizers: tuple[Optimizer, ...]
    steps: int
    callbacks: tuple[Any, ...] = ()
    history: History = field(default_factory=History)
    step: int = 0
    stop: bool = False

    def call(self, hook: str) -> None:
        """Call the method `hook` of every callback that has it."""
        for callback in self.callbacks:
            if hasattr(callback, hook):
                getattr(callback, hook)(self)
            elif hook == "after_step" and not is_hooked(callback):
                callback(self)


def is_hooked(callback: Any) -> bool:
    """Return whether `callback` has at least one of the methods that a run calls."""
    return any(callable(getattr(callback, hook, None)) for hook in HOOKS)


def iterate(run: Run, update: Callable[[int], float]) -> History:
    """Call `update(step) -> loss` until the run has made its steps, with the module in training mode."""
    history = run.history
    with in_mode(run.module, training=True):
        distributed.own_noise()
        run.call("start")
        run.call("restore")
        with progress(run) as tick:
            while run.step < run.steps and not run.stop:
                wall, cpu = time.perf_counter(), time.process_time()
                history.add_loss(run.step, update(run.step))
                run.step += 1
                run.call("after_step")
                history.seconds += time.perf_counter() - wall
                history.cpu_seconds += time.process_time() - cpu
                run.call("save")
                tick()
        check_weights(run)
        run.call("end")
    return history


def check_weights(run: Run) -> None:
    """Raise FloatingPointError where an update has left a parameter that is not finite."""
    for name, parameter in run.module.named_parameters():
        if not bool(parameter.isfinite().all()):
            raise FloatingPointError(
                f"the parameter {name} is not finite after update {run.step}, expected finite numbers: lower the "
                "learning rate, clip the gradient, or look for a gradient that is infinite where the loss is not."
            )


@contextmanager
def in_mode(module: nn.Module, training: bool) -> Iterator[None]:
    """Put the module in training or evaluation mode inside the block, and every part back in its own after it."""
    before = [(part, part.training) for part in module.modules()]
    module.train(training)
    try:
        yield
    finally:
        for part, mode in before:
            part.training = mode


def check_callbacks(callbacks: Sequence[Any]) -> tuple[Any, ...]:
    """Return the callbacks as a tuple, or raise TypeError for something that a run could not call."""
    if callable(callbacks) or is_hooked(callbacks) or not isinstance(callbacks, Sequence):
        raise TypeError(f"callbacks is a {type(callbacks).__name__}, expected a sequence: write callbacks=[...].")
    for callback in callbacks:
        if isinstance(callback, type) or not (is_hooked(callback) or callable(callback)):
            raise TypeError(
                f"callbacks holds {callback!r}, expected a function of the run or an instance with one of the methods "
                f"{', '.join(HOOKS)}."
            )
    return tuple(callbacks)
