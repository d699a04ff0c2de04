"""Minimise a loss: the one training loop of the book."""

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from genbook.checks import check_count
from genbook.training import distributed
from genbook.training.history import History
from genbook.training.inputs import check_data, check_loss, check_player
from genbook.training.run import Run, check_callbacks, iterate


def fit(
    loss_fn: Callable[[Any], Tensor],
    module: nn.Module,
    batches: Callable[[int], Any],
    steps: int,
    optimizer: Optimizer | None = None,
    callbacks: Sequence[Any] = (),
) -> History:
    """Make `steps` updates of `module`'s parameters against the gradient of `loss_fn(batches(step))`.

    Args:
        loss_fn: a batch -> scalar tensor, for instance `model.loss` (compiled or under `autocast`, as you like).
        module: what is trained; it is in training mode meanwhile, and afterwards in the mode it came in.
        batches: a pure function of the step 0, ..., steps - 1; tensors, or tuples or dicts of tensors.
        optimizer: any of torch's, built from the module's parameters; Adam with learning rate 1e-3 by default.
        callbacks: functions of the `Run`, called after every step, or objects such as `EMA`, `ClipGradient`,
            `Schedule`, `Validate`, `Checkpoint`.
    Started by `torchrun`, every process takes its share of the rows of each batch and gradients are averaged.
    Noise is drawn from torch's global generators: write `with seeded(0): fit(...)`.

    Raises:
        TypeError, ValueError: an argument, a batch or a loss is unusable.
        FloatingPointError: the loss is not finite; the sentence names the step, and no update was made from it.

    >>> import torch
    >>> mean = nn.Linear(1, 1, bias=False)
    >>> x = torch.tensor([[1.0], [2.0], [3.0]])
    >>> sgd = torch.optim.SGD(mean.parameters(), lr=0.1)
    >>> history = fit(lambda x: ((x - mean.weight) ** 2).mean(), mean, lambda step: x, 100, sgd)
    >>> round(mean.weight.item(), 4), len(history.losses)
    (2.0, 100)
    """
    check_count(steps, "steps")
    optimizer = check_player(loss_fn, module, optimizer)
    if not callable(batches):
        raise TypeError(f"batches is a {type(batches).__name__}, expected a function from a step to a batch.")
    run = Run(module, (optimizer,), steps, check_callbacks(callbacks))
    distributed.join()
    objective = distributed.averaged(loss_fn, module)

    def update(step: int) -> float:
        batch = distributed.my_rows(check_data(batches(step), step))
        optimizer.zero_grad()
        value = descend(objective(batch), step)
        run.call("after_backward")
        optimizer.step()
        distributed.share_buffers(module)
        return value

    return iterate(run, update)


def descend(loss: Tensor, step: int, name: str = "loss") -> float:
    """Backpropagate a loss and return its value, or raise where it is no finite scalar."""
    check_loss(loss, step)
    value = distributed.mean(loss)
    if not isfinite(value):
        raise FloatingPointError(
            f"the {name} is {value} at step {step}, expected a finite number: lower the learning rate, "
            "clip the gradient, or look for log(0) and division by zero."
        )
    loss.backward()
    return value
