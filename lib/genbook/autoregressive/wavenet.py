"""WaveNet: the chain rule over the samples of a wave, one dilated stack for every conditional."""

from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from genbook.autoregressive.dilated_stack import Queues
from genbook.autoregressive.given import Given
from genbook.autoregressive.pixel_code import Code
from genbook.autoregressive.pixel_network import check_classes, check_known
from genbook.autoregressive.sampling import ancestral
from genbook.checks import check_batch, check_count
from genbook.nn.outputs import Output
from genbook.protocols import Measure


class WaveNetwork(Protocol):
    """A causal network of sequences: output t depends on inputs 0, ..., t, all at once or one at a time."""

    inputs: int
    params: int
    classes: int

    def __call__(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Map (B, T, inputs), and classes (B,), to (B, T, params)."""
        ...

    def start(self, n: int, c: Tensor | None = None) -> Queues:
        """Return what later steps build upon."""
        ...

    def step(self, queues: Queues, x_t: Tensor) -> Tensor:
        """Feed one input of each sequence, (n, inputs); return the output there, (n, params)."""
        ...


@dataclass
class Playing:
    """A draw that knows its first `t` samples: the queues of the network, and how many sequences there are."""

    t: int
    n: int
    queues: Queues


class WaveNet(nn.Module):
    """log p(x) = sum_t log p(x_t | x_{t-R}, ..., x_{t-1}), all terms from one pass (van den Oord et al. 2016).

    `network` (such as `DilatedStack`) sees the wave one sample late, so that what stands at place t is x_{t-1}; before
    the first sample stand zeros. `output` is the distribution of one sample, for instance `Categorical(256)` over
    mu-law levels. `code` turns values into network inputs (default: the output's `embed`). Waves are (B, T) with T at
    most `length`; `c` (B,) int64 are classes, such as notes, for a network that takes them.

    Raises:
        ValueError: network, output and code do not fit together.

    >>> from genbook.autoregressive import DilatedStack
    >>> from genbook.nn.outputs import Bernoulli
    >>> from genbook.numerics import all_states
    >>> model = WaveNet(DilatedStack(1, 1, width=4, dilations=(1, 2)), Bernoulli(), length=4)
    >>> round(model.log_prob(all_states(4)).exp().sum().item(), 5)
    1.0
    """

    def __init__(self, network: WaveNetwork, output: Output, length: int, code: Code | None = None) -> None:
        """Join a causal network and an output distribution."""
        super().__init__()
        check_count(length, "length")
        self.network, self.output, self._code = network, output, code
        features = self.code(torch.zeros(1)).shape[1]
        if (network.inputs, network.params) != (features, output.size):
            raise ValueError(
                f"network takes {network.inputs} inputs and gives {network.params} parameters a sample, expected "
                f"{features} and {output.size}: build it with inputs={features}, params={output.size}."
            )
        self.register_buffer("order", torch.arange(length), persistent=False)

    @property
    def measure(self) -> Measure:
        """Of the output: counting for discrete values, Lebesgue for real ones."""
        return self.output.measure

    def code(self, x: Tensor) -> Tensor:
        """Return what the network sees of values: (...,) -> (..., F)."""
        return self.output.embed(x).unsqueeze(-1) if self._code is None else self._code(x)

    def conditionals(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Return the parameters of every p(x_t | x_<t) in one pass: (B, T) -> (B, T, output.size)."""
        self._check(x)
        features = self.code(x)  # (B, T, F)
        return self.network(F.pad(features, (0, 0, 1, 0))[:, :-1], c)  # the shift: place t holds x_{t-1}

    def log_prob(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Return the exact log-likelihood log p(x), or log p(x | c), in nats: (B, T) -> (B,).

        Raises:
            TypeError, ValueError: x or c has a wrong shape or dtype, or holds a value that cannot occur.
        """
        self._check(x)
        self.output.check(x)
        check_classes(c, self.network.classes, len(x))
        check_known(c, self.network.classes)
        return self.output.log_prob(x, self.conditionals(x, c)).sum(1)

    def loss(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Return the mean of -log p(x_t | x_<t) in nats a sample, shape ()."""
        return -self.output.log_prob(x, self.conditionals(x, c)).mean()

    def start(self, n: int, c: Tensor | None = None) -> tuple[Tensor, Playing]:
        """Return the parameters (n, output.size) of the first sample, and what later steps build upon."""
        check_count(n)
        check_classes(c, self.network.classes, n)
        check_known(c, self.network.classes)
        queues = self.network.start(n, c)
        nothing = torch.zeros(n, self.network.inputs, dtype=queues.rings[0].dtype, device=queues.rings[0].device)
        return self.network.step(queues, nothing), Playing(0, n, queues)

    def step(self, state: Playing, x_t: Tensor) -> tuple[Tensor, Playing]:
        """Feed the samples x_t (n,) just generated; return the next parameters. Updates `state`.

        The cost is one product a layer, however long the wave is and however far the network looks back.

        Raises:
            ValueError: x_t has another length than the state, or all samples but the last are already known.
        """
        if x_t.shape != (state.n,):
            raise ValueError(f"x_t has shape {tuple(x_t.shape)}, expected ({state.n},): one value a row.")
        if state.t + 1 >= len(self.order):
            raise ValueError(f"step was called after all {len(self.order)} samples: the last one needs no step.")
        state.t += 1
        return self.network.step(state.queues, self.code(x_t)), state

    def sample(self, n: int, c: Tensor | None = None) -> Tensor:
        """Draw n waves of the full length, (n, T), of the classes `c` (n,) where they are given."""
        check_count(n)
        weight = next(self.network.parameters())
        u = torch.rand(n, len(self.order), dtype=weight.dtype, device=weight.device)
        return ancestral(self if c is None else self.given(c), u)

    def given(self, c: Tensor) -> Given:
        """Return the model of waves of fixed classes `c` (n,): what `ancestral` draws from, n waves at a time."""
        return Given(self, c)

    def _check(self, x: Tensor) -> None:
        """Raise unless `x` is a floating tensor of shape (B, T) with 1 <= T <= length."""
        short = isinstance(x, Tensor) and x.dim() == 2 and 1 <= x.shape[1] <= len(self.order)
        check_batch(x, (x.shape[1] if short else len(self.order),))
