"""Train two players against each other, each with its own loss and optimizer."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from genbook.checks import check_count
from genbook.training import distributed
from genbook.training.fit import descend
from genbook.training.history import History
from genbook.training.inputs import check_data, check_player, leaves
from genbook.training.run import Run, check_callbacks, iterate


@dataclass
class Player:
    """A module, the loss that it minimises, and its optimizer (Adam with learning rate 1e-3 by default)."""

    module: nn.Module
    loss_fn: Callable[..., Tensor]
    optimizer: Optimizer | None = None


def fit_adversarial(
    critic: Player,
    generator: Player,
    batches: Callable[[int], Any],
    noise: Callable[[int], Any],
    steps: int,
    n_critic: int = 1,
    callbacks: Sequence[Any] = (),
) -> History:
    """Make `steps` rounds, each `n_critic` updates of the critic, then one of the generator.

    The alternation is that of Goodfellow et al. (2014, algorithm 1).

    Args:
        critic: minimises `critic.loss_fn(x, z)` over the parameters of `critic.module` only.
        generator: minimises `generator.loss_fn(z)` over the parameters of `generator.module` only.
        batches: a pure function of the count of critic updates, 0, ..., steps * n_critic - 1, that returns x.
        noise: n -> n fresh rows of z, drawn from torch's global generators; each update draws its own.
        callbacks: as in `fit`; their `run.module` holds both players.
    While one player moves, the other's parameters take no gradient and its buffers (running statistics, power
    iterations) are put back, so that it stays the same bit for bit; gradients flow through it to the one that moves.

    Returns:
        losses are the generator's, `metrics["critic"]` the critic's at the last of its updates in the round.

    Raises:
        TypeError, ValueError, FloatingPointError: as `fit`; also where the players share parameters.
    """
    check_count(steps, "steps")
    check_count(n_critic, "n_critic")
    optimizers = _check_players(critic, generator)
    for name, fn in {"batches": batches, "noise": noise}.items():
        if not callable(fn):
            raise TypeError(f"{name} is a {type(fn).__name__}, expected a function of a whole number.")
    both = nn.ModuleDict({"critic": critic.module, "generator": generator.module})
    run = Run(both, optimizers, steps, check_callbacks(callbacks))
    distributed.join()
    critic_loss = distributed.averaged(critic.loss_fn, critic.module)
    generator_loss = distributed.averaged(generator.loss_fn, generator.module)

    def move(player: Player, still: Player, optimizer: Optimizer, loss: Callable[[], Tensor], name: str) -> float:
        with _still(still.module):
            both.zero_grad()
            value = descend(loss(), run.step, name)
            run.call("after_backward")
            optimizer.step()
        both.zero_grad()
        distributed.share_buffers(player.module)
        return value

    def update(step: int) -> float:
        for k in range(step * n_critic, (step + 1) * n_critic):
            x = distributed.my_rows(check_data(batches(k), k))
            rows = len(next(leaves(x)))
            loss = partial(critic_loss, x, noise(rows))
            value = move(critic, generator, optimizers[0], loss, "critic loss")
        run.history.add("critic", step, value)
        loss = partial(generator_loss, noise(rows))
        return move(generator, critic, optimizers[1], loss, "generator loss")

    return iterate(run, update)


@contextmanager
def _still(module: nn.Module) -> Iterator[None]:
    """Keep the module's parameters from taking gradients, and put its buffers back after the block."""
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    buffers = {name: buffer.clone() for name, buffer in module.named_buffers()}
    for parameter in trained:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in trained:
            parameter.requires_grad_(True)
        with torch.no_grad():
            for name, buffer in module.named_buffers():
                buffer.copy_(buffers[name])


def _check_players(critic: Player, generator: Player) -> tuple[Optimizer, Optimizer]:
    for name, player in {"critic": critic, "generator": generator}.items():
        if not isinstance(player, Player):
            raise TypeError(
                f"{name} is a {type(player).__name__}, expected Player(module, loss_fn, optimizer): "
                "what moves, what it minimises, and how."
            )
    first, second = (check_player(p.loss_fn, p.module, p.optimizer) for p in (critic, generator))
    shared = {id(p) for p in critic.module.parameters()} & {id(p) for p in generator.module.parameters()}
    if shared:
        raise ValueError(f"critic and generator share {len(shared)} parameters, expected none: build two networks.")
    for name, optimizer, other in (("critic", first, generator), ("generator", second, critic)):
        held = {id(p) for group in optimizer.param_groups for p in group["params"]}
        if held & {id(p) for p in other.module.parameters()}:
            raise ValueError(f"the {name}'s optimizer holds parameters of the other player, expected only its own.")
    return first, second
