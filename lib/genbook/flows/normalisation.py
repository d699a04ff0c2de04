"""Normalisation as layers of a flow: every variable or channel shifted and scaled, with its log-determinant."""

import torch
from torch import Tensor, nn

from genbook.checks import check_count
from genbook.flows.transform import check_variables


class ActNorm(nn.Module):
    """z = exp(log_scale) x + shift, one pair of numbers a variable or channel (Kingma and Dhariwal 2018, section 3.1).

    A new layer is the identity. `start_from_data` gives it the scale and shift that make a batch zero mean and unit
    variance; from then on they are ordinary parameters, so a state on disk holds all there is.

    Raises:
        TypeError, ValueError: `channels` is not a whole number of at least 1.
    """

    def __init__(self, channels: int) -> None:
        """Begin as the identity."""
        super().__init__()
        check_count(channels, "channels")
        self.log_scale, self.shift = nn.Parameter(torch.zeros(channels)), nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and the sum of all log scales, once a pixel: (B, C, ...) -> (B, C, ...), (B,)."""
        check_variables(x, len(self.shift))
        scale, shift = _beside(self.log_scale.exp(), x), _beside(self.shift, x)
        return torch.addcmul(shift, x, scale), _volume(self.log_scale, x)

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return (z - shift) exp(-log_scale) and minus the log-determinant of `forward`."""
        check_variables(z, len(self.shift), "z")
        return (z - _beside(self.shift, z)) * _beside((-self.log_scale).exp(), z), _volume(-self.log_scale, z)

    @torch.no_grad()
    def fit(self, x: Tensor, eps: float = 1e-6) -> None:
        """Take the scale and shift with which each channel of x (B, C, ...) gets mean 0 and variance 1."""
        check_variables(x, len(self.shift))
        mean, variance = _moments(x)
        self.log_scale.copy_(-0.5 * (variance + eps).log())
        self.shift.copy_(-mean * self.log_scale.exp())


def start_from_data(flow: nn.Module, x: Tensor) -> None:
    """Pass a batch x (B, *event) through `flow` once, fitting every `ActNorm` to what arrives there, first to last.

    Called once before training. Afterwards each of these layers sends this batch to mean 0 and variance 1 a channel,
    whatever the layers before it do. See Salimans and Kingma (2016), section 3.

    >>> from genbook.flows import Flow
    >>> from genbook.nn import StandardNormal
    >>> flow = Flow(StandardNormal(2), [ActNorm(2)])
    >>> x = torch.tensor([[10.0, 1.0], [14.0, 3.0]])
    >>> start_from_data(flow, x)
    >>> flow(x)[0].round().tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    """
    hooks = [m.register_forward_pre_hook(_fit_to_input) for m in flow.modules() if isinstance(m, ActNorm)]
    try:
        with torch.no_grad():
            flow(x)
    finally:
        for hook in hooks:
            hook.remove()


class BatchNorm(nn.Module):
    """z = (x - m) / sqrt(v + eps) with mean m and variance v a channel (Dinh et al. 2017, section 3.7).

    In training mode m and v are those of the batch, and the layer follows them with running averages; in evaluation
    mode, and for `inverse` always, they are the running averages. In training the rows of a batch meet in m and v, and
    the log-determinant is that of the map with m and v held fixed: a density is promised in evaluation mode only.

    Raises:
        TypeError, ValueError: `channels` is not a whole number of at least 1, or `momentum` is not in (0, 1].
    """

    def __init__(self, channels: int, momentum: float = 0.1, eps: float = 1e-5) -> None:
        """Begin with running mean 0 and variance 1."""
        super().__init__()
        check_count(channels, "channels")
        if not 0 < momentum <= 1:
            raise ValueError(f"momentum is {momentum}, expected the share of the newest batch, above 0 and at most 1.")
        self.momentum, self.eps = momentum, eps
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.ones(channels))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and -1/2 the sum of log (v + eps), once a pixel: (B, C, ...) -> (B, C, ...), (B,)."""
        check_variables(x, len(self.mean))
        mean, variance = self.mean, self.variance
        if self.training:
            mean, variance = _moments(x)
            with torch.no_grad():
                self.mean.lerp_(mean, self.momentum)
                self.variance.lerp_(variance, self.momentum)
        scale = (variance + self.eps).rsqrt()
        return (x - _beside(mean, x)) * _beside(scale, x), _volume(scale.log(), x)

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return z sqrt(v + eps) + m and 1/2 the sum of log (v + eps), by the running averages."""
        check_variables(z, len(self.mean), "z")
        scale = (self.variance + self.eps).sqrt()
        return torch.addcmul(_beside(self.mean, z), z, _beside(scale, z)), _volume(scale.log(), z)


def _fit_to_input(layer: ActNorm, args: tuple[Tensor]) -> None:
    layer.fit(*args)


def _moments(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and variance of every channel over batch and pixels, shape (C,) each."""
    per_channel = x.transpose(0, 1).flatten(1)  # (C, B * pixels)
    return per_channel.mean(1), per_channel.var(1, correction=0)


def _beside(v: Tensor, x: Tensor) -> Tensor:
    """Return v (C,) in a shape that meets the channels of x (B, C, ...)."""
    return v.view(-1, *[1] * (x.dim() - 2))


def _volume(log_scale: Tensor, x: Tensor) -> Tensor:
    """Return the sum of log_scale (C,), once a pixel of x (B, C, ...), for every example, shape (B,)."""
    return (log_scale.sum() * x[0, 0].numel()).expand(len(x))
