"""The conditional models, the attention and the masked network of the assignment on autoregressive models."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from genbook.data import digits
from genbook.grading.exercise import CheckFailed
from genbook.grading.truth.draws import normal
from genbook.grading.truth.values import read

PIXELS, HIDDEN = 16, 120
SHAPES = {"w1": (PIXELS, HIDDEN), "b1": (HIDDEN,), "w2": (HIDDEN, PIXELS), "b2": (PIXELS,)}
Conditional = Callable[[Tensor], Tensor]


def masks_of(rank: Tensor, degree: Tensor) -> tuple[Tensor, Tensor]:
    """Return (D, H) and (H, D): inputs of ranks up to a unit's degree, degrees below an output's rank."""
    return (rank[:, None] <= degree).double(), (degree[:, None] < rank).double()


def random_conditional(rng: torch.Generator, tokens: int, length: int) -> Conditional:
    """Return scores (B, V) of the next token, given those drawn so far (B, k) in the order in which they were drawn."""
    table, start = 1.5 * normal(rng, length, length, tokens, tokens), normal(rng, length, tokens)

    def scores(drawn: Tensor) -> Tensor:
        drawn = read(drawn, drawn.shape, "the tokens").long()
        if drawn.ndim != 2 or drawn.shape[1] >= length or bool(((drawn < 0) | (drawn >= tokens)).any()):
            raise ValueError(f"the tokens have shape {tuple(drawn.shape)}, expected (B, k) with k < {length}.")
        k = drawn.shape[1]
        total = start[k].expand(len(drawn), tokens).clone()
        for place in range(k):
            total = total + table[k, place, drawn[:, place]]
        return total

    return scores


def log_prob(x: Tensor, conditional: Conditional) -> Tensor:
    """Return the log-probability (B,) of x (B, T), whose last token is drawn first."""
    drawn, total = x.flip(1), torch.zeros(len(x), dtype=torch.float64)
    for k in range(x.shape[1]):
        total = total + conditional(drawn[:, :k]).log_softmax(-1).gather(1, drawn[:, k : k + 1])[:, 0]
    return total


def top_p(scores: Tensor, p: float) -> Tensor:
    """Return probabilities (B, V): the fewest most probable tokens that hold at least p, normalised again."""
    values, places = scores.softmax(-1).sort(-1, descending=True)
    kept = values * (values.cumsum(-1) - values < p)
    return torch.zeros_like(scores).scatter(-1, places, kept / kept.sum(-1, keepdim=True))


def attend(x: Tensor, weights: tuple[Tensor, Tensor, Tensor], slope: float, window: int) -> Tensor:
    """Return windowed causal attention (T, D) whose scores fall by `slope` with every step of distance."""
    query, key, value = (x @ weight for weight in weights)
    distance = torch.arange(len(x))[:, None] - torch.arange(len(x))
    scores = query @ key.T / math.sqrt(key.shape[1]) - slope * distance
    return scores.masked_fill((distance < 0) | (distance >= window), -math.inf).softmax(-1) @ value


def standard_masks() -> tuple[Tensor, Tensor]:
    """Return the masks of the trained network: the last pixel comes first."""
    return masks_of(torch.arange(PIXELS, 0, -1), 1 + torch.arange(HIDDEN) % (PIXELS - 1))


def logits_of(x: Tensor, weights: dict[str, Tensor], masks: tuple[Tensor, Tensor]) -> Tensor:
    """Return the logit of every pixel given those before it."""
    hidden = torch.relu(x @ (weights["w1"] * masks[0]) + weights["b1"])
    return hidden @ (weights["w2"] * masks[1]) + weights["b2"]


def images_log_prob(x: Tensor, weights: dict[str, Tensor], masks: tuple[Tensor, Tensor]) -> Tensor:
    """Return the log-probability of binary images (B, 16) in nats."""
    return -F.binary_cross_entropy_with_logits(logits_of(x, weights, masks), x, reduction="none").sum(-1)


def random_weights(rng: torch.Generator) -> dict[str, Tensor]:
    """Return weights of moderate size."""
    return {name: normal(rng, *shape) / (4 if name == "w1" else 6) for name, shape in SHAPES.items()}


def trained(weights: object) -> dict[str, Tensor]:
    """Return what `train` returned as float64, or raise CheckFailed."""
    if not isinstance(weights, dict) or not set(SHAPES) <= set(weights):
        raise CheckFailed(f"train returned a {type(weights).__name__}, expected a dict with {', '.join(SHAPES)}.")
    return {name: read(weights[name], shape, f"the weight {name!r}") for name, shape in SHAPES.items()}


def every_image() -> Tensor:
    """Return all 65,536 binary images of 16 pixels, float64."""
    return (torch.arange(2**PIXELS)[:, None] >> torch.arange(PIXELS) & 1).double()


def cost_of(weights: dict[str, Tensor]) -> float:
    """Return the cost of the test digits, shrunk to 4 by 4 binary pixels, in nats an image."""
    x = (F.avg_pool2d(digits().test.x.view(-1, 1, 8, 8), 2).flatten(1) > 7).double()
    return -images_log_prob(x, weights, standard_masks()).mean().item()
