"""Flows of one variable from cumulative distribution functions, and the mixture-of-logistics coupling of Flow++."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genbook.checks import check_batch, check_count
from genbook.flows.elementwise import Elementwise
from genbook.flows.flow import Flow
from genbook.nn.outputs.output import check_params
from genbook.numerics.newton import newton_in_bracket
from genbook.protocols import Measure


class StandardLogistic(nn.Module):
    """The density of logit(u) for uniform u, over events of shape `event`: sigmoid(z) is the uniform number again.

    >>> base = StandardLogistic(1)
    >>> base.log_prob(torch.zeros(1, 1)).exp()
    tensor([0.2500])
    """

    measure: Measure = "lebesgue"

    def __init__(self, *event: int) -> None:
        """Keep the centre as a buffer, so that it moves with the model."""
        super().__init__()
        for size in event:
            check_count(size, "a size of the event")
        self.register_buffer("mean", torch.zeros(event))

    def log_prob(self, z: Tensor) -> Tensor:
        """Return log p(z) in nats: (B, *event) -> (B,)."""
        check_batch(z, self.mean.shape, "z")
        return (F.logsigmoid(z - self.mean) + F.logsigmoid(self.mean - z)).flatten(1).sum(1)

    def sample(self, n: int) -> Tensor:
        """Draw n events, shape (n, *event)."""
        check_count(n)
        u = torch.rand(n, *self.mean.shape, dtype=self.mean.dtype, device=self.mean.device)
        return self.mean + torch.logit(u, eps=torch.finfo(u.dtype).eps)


@dataclass(frozen=True)
class LogisticMixtureCDF:
    """z = logit F(x), where F is the CDF of a mixture of logistics (Ho et al. 2019, eqs. 9 and 10, without the affine).

    params (..., 3 components) hold logits, means and log scales, each side by side; a soft clip keeps |log scale| below
    `limit`. Log-space keeps both tails exact. The inverse has no formula: Newton's method in a bracket that always
    holds the root, at most `steps` steps.

    Raises:
        TypeError, ValueError: a number out of range.

    >>> LogisticMixtureCDF(3).forward(torch.tensor([2.0]), torch.zeros(1, 9))[0]
    tensor([2.])
    """

    components: int = 4
    limit: float = 5.0
    steps: int = 200

    def __post_init__(self) -> None:
        """Refuse settings for which no map or no inverse exists."""
        check_count(self.components, "components")
        check_count(self.steps, "steps")
        if not 0 < self.limit <= 10:
            raise ValueError(f"limit is {self.limit}, expected 0 < limit <= 10: it bounds the log of every scale.")

    @property
    def size(self) -> int:
        """Parameters a variable: logits, means and log scales."""
        return 3 * self.components

    def forward(self, x: Tensor, params: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and log dz/dx = log F'(x) - log F(x) - log(1 - F(x)): x (...,), params (..., size)."""
        log_w, means, log_s = self._split(x, params, "x")
        t = (x[..., None] - means) * (-log_s).exp()  # (..., K)
        left, right = F.logsigmoid(t), F.logsigmoid(-t)
        log_below = (log_w + left).logsumexp(-1)  # log F
        log_above = (log_w + right).logsumexp(-1)  # log (1 - F)
        log_density = (log_w + left + right - log_s).logsumexp(-1)
        return log_below - log_above, log_density - log_below - log_above

    def inverse(self, z: Tensor, params: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and log dx/dz; the gradient is that of the Newton step, which is the exact one at the root.

        Raises:
            RuntimeError: Newton's method did not reach the rounding of the dtype in `steps` steps.
        """
        _, means, log_s = self._split(z, params, "z")
        with torch.no_grad():
            each = means + log_s.exp() * z[..., None]  # z's quantile in every component; the mixture's lies between
            slack = 1e-4 * (1 + each.abs().amax(-1))  # for rounding, and for components that agree
            low, high = each.amin(-1) - slack, each.amax(-1) + slack
            x = newton_in_bracket(lambda v: self._value_and_slope(v, params), z, low, high, self.steps)
        reached, log_slope = self.forward(x, params)
        x = x + (z - reached) * (-log_slope.detach()).exp()
        return x, -self.forward(x, params)[1]

    def _value_and_slope(self, x: Tensor, params: Tensor) -> tuple[Tensor, Tensor]:
        z, log_slope = self.forward(x, params)
        return z, log_slope.exp()

    def _split(self, values: Tensor, params: Tensor, name: str) -> tuple[Tensor, Tensor, Tensor]:
        check_params(params, self.size, values, name)
        logits, means, raw = params.unflatten(-1, (3, self.components)).unbind(-2)
        return logits.log_softmax(-1), means, self.limit * torch.tanh(raw / self.limit)


def cdf_flow(components: int, low: float, high: float) -> Flow:
    """Return the flow of one variable whose density is a mixture of logistics, spread over [low, high] to begin with.

    sigmoid(z) is the learned CDF: data are mapped to the uniform distribution, and uniform numbers to samples.

    Raises:
        TypeError, ValueError: `components` is not a whole number of at least 1, or the interval is empty.

    >>> flow = cdf_flow(3, -2.0, 2.0)
    >>> z, _ = flow(torch.zeros(1, 1))
    >>> z.sigmoid()
    tensor([[0.5000]], grad_fn=<SigmoidBackward0>)
    """
    bijection = LogisticMixtureCDF(components)
    if not -math.inf < low < high < math.inf:
        raise ValueError(f"low is {low} and high {high}, expected two finite numbers with low < high.")
    layer = Elementwise(bijection, 1)
    with torch.no_grad():
        middles = low + (high - low) * (torch.arange(components) + 0.5) / components
        narrow = bijection.limit * math.atanh(_inside(math.log((high - low) / (2 * components)) / bijection.limit))
        layer.params[0] = torch.cat([torch.zeros(components), middles, torch.full((components,), narrow)])
    return Flow(StandardLogistic(1), [layer])


def _inside(share: float) -> float:
    """Keep a share of the limit where the soft clip still has a slope."""
    return min(max(share, -0.9), 0.9)
