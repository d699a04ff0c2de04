"""Choosing the next symbol from its logits: temperature, the k most probable, the nucleus."""

from collections.abc import Callable

import torch
from torch import Tensor

from genbook.checks import check_count, check_tokens
from genbook.nn.outputs.output import check_temperature
from genbook.protocols import Stepwise

Rule = Callable[[Tensor], Tensor]  # logits (..., V) -> logits (..., V)


def tempered(logits: Tensor, temperature: float) -> Tensor:
    """Return the logits of p^(1/T), normalised by a softmax: sharper below 1, flatter above 1.

    >>> tempered(torch.tensor([0.8, 0.2]).log(), temperature=0.5).softmax(-1)      # 0.64 : 0.04
    tensor([0.9412, 0.0588])
    """
    check_temperature(temperature)
    return logits / temperature


def top_k(logits: Tensor, k: int) -> Tensor:
    """Keep the k largest logits of each row, the rest become -infinity; of equal ones the first are kept (Fan 2018).

    Raises:
        TypeError, ValueError: k is not a whole number from 1 to V.

    >>> top_k(torch.tensor([0.1, 0.6, 0.3]).log(), k=2).softmax(-1)
    tensor([0.0000, 0.6667, 0.3333])
    """
    check_count(k, "k", most=logits.shape[-1])
    keep = logits.sort(stable=True, dim=-1, descending=True).indices[..., :k]
    return torch.full_like(logits, -torch.inf).scatter(-1, keep, logits.gather(-1, keep))


def top_p(logits: Tensor, p: float) -> Tensor:
    """Keep the nucleus, the fewest most probable symbols that together reach probability p (Holtzman et al. 2020).

    The rest become -infinity. The most probable symbol always stays; p = 1 keeps everything.

    Raises:
        ValueError: p is not in (0, 1].

    >>> top_p(torch.tensor([0.1, 0.6, 0.3]).log(), p=0.7).softmax(-1)
    tensor([0.0000, 0.6667, 0.3333])
    """
    if not 0.0 < p <= 1.0:
        raise ValueError(f"p is {p}, expected a probability above 0 and at most 1.")
    if p == 1.0:
        return logits
    ranked, index = logits.sort(stable=True, dim=-1, descending=True)
    mass = ranked.softmax(-1)
    before = mass.cumsum(-1) - mass  # the probability of everything ahead in the ranking
    kept = ranked.masked_fill(before >= p, -torch.inf)
    return torch.empty_like(logits).scatter(-1, index, kept)


@torch.no_grad()
def complete(model: Stepwise, prompt: Tensor, u: Tensor, rule: Rule | None = None) -> Tensor:
    """Continue the tokens prompt (n, k) by T symbols, one uniform number u (n, T) each; return them, (n, T) int64.

    `rule` is applied to the logits of each new symbol, for instance `lambda logits: top_p(tempered(logits, 0.8), 0.9)`;
    by default they stay as they are. k = 0 starts from nothing. The model must be in evaluation mode and have a
    `Categorical` output.

    Raises:
        TypeError, ValueError: prompt or u have a wrong type or shape, or the prompt holds an unknown symbol.
    """
    if not isinstance(prompt, Tensor) or prompt.dim() != 2 or prompt.dtype != torch.int64:
        raise TypeError(f"prompt is {getattr(prompt, 'dtype', type(prompt).__name__)}, expected int64 of shape (n, k).")
    if not isinstance(u, Tensor) or u.dim() != 2 or len(u) != len(prompt) or not u.numel():
        raise ValueError(f"u has shape {tuple(getattr(u, 'shape', ()))}, expected ({len(prompt)}, T) with T >= 1.")
    if prompt.numel():
        check_tokens(prompt, model.output.levels, "prompt")
    params, state = model.start(len(u))
    for symbol in prompt.T:
        params, state = model.step(state, symbol)
    new: list[Tensor] = []
    for t, u_t in enumerate(u.T):
        logits = params if rule is None else rule(params)
        new.append(model.output.from_uniform(logits, u_t.to(logits)).long())
        if t + 1 < u.shape[1]:
            params, state = model.step(state, new[-1])
    return torch.stack(new, 1)
