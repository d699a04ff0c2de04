"""Two players on gradients: pure steps of smooth games, their Jacobians, and the radius that decides where they end.

A state is (theta, phi), the parameters of the generator and of the critic as vectors. Each player minimises its own
loss; in a zero-sum game the two losses are V and -V. Every step is differentiable, so its Jacobian is exact.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.func import grad, jacrev, vjp

Loss = Callable[[Tensor, Tensor], Tensor]
"""(theta (P,), phi (Q,)) -> ()."""


class State(NamedTuple):
    """The parameters of both players: theta (P,) of the generator, phi (Q,) of the critic."""

    theta: Tensor
    phi: Tensor


@dataclass(frozen=True)
class Game:
    """What the generator minimises over theta, and what the critic minimises over phi."""

    generator_loss: Loss
    critic_loss: Loss


Step = Callable[[State], State]


def field(game: Game, state: State) -> State:
    """Return v = (the gradient of the generator's loss by theta, that of the critic's loss by phi)."""
    _check_state(state)
    return State(grad(game.generator_loss)(*state), grad(game.critic_loss, 1)(*state))


def simultaneous(game: Game, state: State, lr: float) -> State:
    """Return w - lr v(w): both players step from the same state, neither sees the other's move."""
    return _moved(state, field(game, state), -lr)


def alternating(game: Game, state: State, lr: float) -> State:
    """Return the state after a step of the critic and then one of the generator, which sees the new critic.

    This is the order of `fit_adversarial` (Goodfellow et al. 2014, algorithm 1, with one step of the critic).
    """
    phi = state.phi - lr * field(game, state).phi
    return State(state.theta - lr * field(game, State(state.theta, phi)).theta, phi)


def extragradient(game: Game, state: State, lr: float) -> State:
    """Return w - lr v(w - lr v(w)): look ahead, come back, and step with the slope found there (Korpelevich 1976)."""
    ahead = simultaneous(game, state, lr)
    return _moved(state, field(game, ahead), -lr)


def optimistic(game: Game, state: State, before: State, lr: float) -> State:
    """Return w - 2 lr v(w) + lr v(before): expect the slope to change as it just did (Daskalakis et al. 2018).

    `before` is the state one step earlier; at the start it is the state itself, which makes the first step a
    simultaneous one.
    """
    now, then = field(game, state), field(game, before)
    return _moved(_moved(state, now, -2 * lr), then, lr)


def consensus(game: Game, state: State, lr: float, weight: float) -> State:
    """Return w - lr (v + weight J^T v) with the Jacobian J of v: also descend |v|^2 / 2 (Mescheder et al. 2017).

    Both players want a state in which neither has a slope; J^T v is the gradient of |v|^2 / 2.
    """
    v, pull = vjp(lambda theta, phi: field(game, State(theta, phi)), *state)
    return _moved(_moved(state, v, -lr), State(*pull(v)), -lr * weight)


def two_time_scales(game: Game, ratio: float) -> Game:
    """Return the game in which the critic's loss, and so each of its gradient steps, is `ratio` times as large.

    With plain gradients this is the two-time-scale update rule of Heusel et al. (2017).
    """
    if not ratio > 0:
        raise ValueError(f"ratio is {ratio}, expected a positive number: how much faster the critic moves.")
    return Game(game.generator_loss, lambda theta, phi: ratio * game.critic_loss(theta, phi))


def orbit(step: Step, start: State, steps: int) -> State:
    """Return the states from `start` on, theta (steps + 1, P) and phi (steps + 1, Q), stacked row by row."""
    states = [start]
    for _ in range(steps):
        states.append(step(states[-1]))
    return State(*(torch.stack(part) for part in zip(*states, strict=True)))


def optimistic_orbit(game: Game, start: State, lr: float, steps: int) -> State:
    """Return the same for optimistic steps, which remember the state before."""
    states = [start, start]
    for _ in range(steps):
        states.append(optimistic(game, states[-1], states[-2], lr))
    return State(*(torch.stack(part) for part in zip(*states[1:], strict=True)))


def jacobian(map_: Step, state: State) -> Tensor:
    """Return the Jacobian of a map of states, a step or the field, as one matrix (P + Q, P + Q)."""
    _check_state(state)
    rows = jacrev(lambda theta, phi: tuple(map_(State(theta, phi))), (0, 1))(*state)
    return torch.cat([torch.cat(row, 1) for row in rows])


def optimistic_jacobian(game: Game, state: State, lr: float) -> Tensor:
    """Return the Jacobian of (state, before) -> (next, state) at a state that stands still, twice as large a matrix."""
    size = state.theta.numel() + state.phi.numel()
    j = jacobian(lambda w: field(game, w), state)
    one = torch.eye(size, dtype=j.dtype)
    return torch.cat([torch.cat([one - 2 * lr * j, lr * j], 1), torch.cat([one, torch.zeros_like(one)], 1)])


def spectral_radius(matrix: Tensor) -> float:
    """Return the largest modulus of an eigenvalue: below 1 a linear step shrinks to 0, above 1 it grows.

    >>> round(spectral_radius(torch.tensor([[0.0, -2.0], [2.0, 0.0]])), 4)
    2.0
    """
    return float(torch.linalg.eigvals(matrix).abs().max())


def _moved(state: State, direction: State, size: float) -> State:
    return State(state.theta + size * direction.theta, state.phi + size * direction.phi)


def _check_state(state: State) -> None:
    for name, part in zip(("theta", "phi"), state, strict=True):
        if part.dim() != 1 or not part.is_floating_point():
            raise ValueError(
                f"{name} has shape {tuple(part.shape)} and dtype {part.dtype}, expected one floating vector."
            )
