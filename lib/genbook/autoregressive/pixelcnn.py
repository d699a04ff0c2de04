"""PixelCNN: the chain rule over the pixels of an image, all conditionals from one pass of convolutions."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from genbook.autoregressive.conv_cache import Scan
from genbook.autoregressive.given import Given
from genbook.autoregressive.pixel_code import Code
from genbook.autoregressive.pixel_network import PixelNetwork, check_condition, check_fit, check_known
from genbook.autoregressive.pixel_output import PerChannel, PixelOutput
from genbook.autoregressive.sampling import ancestral
from genbook.checks import check_batch, check_count
from genbook.nn.outputs import Output
from genbook.protocols import Measure


@dataclass
class Partial:
    """A draw that knows the first `t` variables: the network's scan, the pixel at hand and its parameters."""

    t: int
    scan: Scan
    pixel: Tensor  # (n, C)
    params: Tensor  # (n, network.params)


class PixelCNN(nn.Module):
    """log p(x) = sum over pixels and channels, in raster order, of log p(x_t | x_<t) (van den Oord 2016, eq. 1, 2).

    The network is passed in: `MaskedStack` gives PixelCNN, `GatedStacks` Gated PixelCNN, and `DownUpStreams` with
    `ChannelLogisticMixture` PixelCNN++. `output` is the distribution of one variable, or that of a pixel. `shape` is
    (C, H, W). `code` turns values into network inputs (default: the output's `embed`). Images are (B, C, H, W); every
    method also takes them flattened, (B, D), D = C H W. `c` is what the network takes: nothing, (B,) int64 classes, or
    (B, maps, H, W) feature maps. Dropout acts in training mode only, never in `step`: call `eval()` before measuring.

    Raises:
        ValueError: network, output, code and shape do not fit together.

    >>> from genbook.autoregressive import GatedStacks
    >>> from genbook.nn.outputs import Bernoulli
    >>> from genbook.numerics import all_states
    >>> model = PixelCNN(GatedStacks(inputs=1, params=1, width=8, kernels=(3, 3)), Bernoulli(), (1, 2, 2))
    >>> round(model.log_prob(all_states(4)).exp().sum().item(), 5)
    1.0
    """

    def __init__(
        self, network: PixelNetwork, output: Output | PixelOutput, shape: tuple[int, int, int], code: Code | None = None
    ) -> None:
        """Join a network and an output distribution."""
        super().__init__()
        for size in shape:
            check_count(size, "a size of shape", most=2**12)
        self.pixel = output if isinstance(output, PixelOutput) else PerChannel(output, shape[0])
        self.output: Output = self.pixel.each
        self.network, self.shape, self._code = network, tuple(shape), code
        check_fit(network, self.pixel, self.shape, self.code(torch.zeros(shape[0])).numel())
        pixels = shape[1] * shape[2]
        self.register_buffer("order", torch.arange(shape[0] * pixels).view(shape[0], pixels).T.flatten(), False)

    @property
    def measure(self) -> Measure:
        """Of the output: counting for discrete values, Lebesgue for real ones."""
        return self.output.measure

    def code(self, x: Tensor) -> Tensor:
        """Return what the network sees of values: (...,) -> (..., F)."""
        return self.output.embed(x).unsqueeze(-1) if self._code is None else self._code(x)

    def conditionals(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Return the parameters of every p(x_t | x_<t) in one pass, (B, D, output.size), variables as in `flatten`."""
        x = self._images(x)
        rows = self.pixel.conditionals(x.permute(0, 2, 3, 1), self._params(x, c))  # (B, H, W, C, size)
        return rows.permute(0, 3, 1, 2, 4).flatten(1, 3)

    def log_prob(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Return the exact log-likelihood log p(x), or log p(x | c), in nats, shape (B,).

        Raises:
            TypeError, ValueError: x or c has a wrong shape or dtype, or holds a value that cannot occur.
        """
        x = self._images(x)
        self.output.check(x)
        check_condition(c, self.network, self.shape, len(x))
        check_known(c, self.network.classes)
        return self._log_p(x, c)

    def loss(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Return the mean negative log-likelihood in nats an image, shape ()."""
        return -self._log_p(self._images(x), c).mean()

    def start(self, n: int, c: Tensor | None = None) -> tuple[Tensor, Partial]:
        """Return the parameters (n, output.size) of the first variable, and what later steps build upon."""
        check_count(n)
        check_condition(c, self.network, self.shape, n)
        check_known(c, self.network.classes)
        _, height, width = self.shape
        scan = self.network.scan(n, height, width, c)
        state = Partial(0, scan, scan.x.new_zeros(n, self.shape[0]), scan.at(0, 0))
        return self._row(state), state

    @torch.no_grad()
    def step(self, state: Partial, x_t: Tensor) -> tuple[Tensor, Partial]:
        """Feed the values x_t (n,) of the variable just generated; return the next parameters. Updates `state`.

        Only what depends on the new value is computed: features at the next pixel, and once a row those of the rows
        above.

        Raises:
            ValueError: x_t has another length than the state, or all variables but the last are already known.
        """
        channels, _, width = self.shape
        if x_t.shape != state.pixel.shape[:1]:
            raise ValueError(
                f"x_t has shape {tuple(x_t.shape)}, expected {tuple(state.pixel.shape[:1])}: one value a row."
            )
        if state.t + 1 >= len(self.order):
            raise ValueError(f"step was called after all {len(self.order)} variables: the last one needs no step.")
        place, channel = divmod(state.t, channels)
        i, j = divmod(place, width)
        features = self.code(x_t)  # (n, F)
        state.scan.x[:, channel * features.shape[1] : (channel + 1) * features.shape[1], i, j] = features
        state.pixel[:, channel] = x_t
        state.t += 1
        if channel + 1 == channels:
            state.params = state.scan.at(*divmod(place + 1, width))
        elif self.network.colours > 1:
            state.params = state.scan.at(i, j)
        return self._row(state), state

    def sample(self, n: int, c: Tensor | None = None) -> Tensor:
        """Draw n images, shape (n, C, H, W), of the classes `c` (n,) where they are given."""
        check_count(n)
        weight = next(self.network.parameters())
        u = torch.rand(n, len(self.order), dtype=weight.dtype, device=weight.device)
        return ancestral(self if c is None else self.given(c), u).unflatten(1, self.shape)

    def given(self, c: Tensor) -> Given:
        """Return the model of images x of fixed classes `c` (n,): what `ancestral` draws from, n images at a time."""
        return Given(self, c)

    def _images(self, x: Tensor) -> Tensor:
        """Return x as (B, C, H, W), from that shape or flattened."""
        if isinstance(x, Tensor) and x.dim() == 2:
            check_batch(x, (len(self.order),))
            return x.unflatten(1, self.shape)
        check_batch(x, self.shape)
        return x

    def _params(self, x: Tensor, c: Tensor | None) -> Tensor:
        """Return the network's output for every pixel, (B, H, W, network.params)."""
        check_condition(c, self.network, self.shape, len(x))
        features = self.code(x)  # (B, C, H, W, F)
        return self.network(features.permute(0, 1, 4, 2, 3).flatten(1, 2), c).permute(0, 2, 3, 1)

    def _log_p(self, x: Tensor, c: Tensor | None) -> Tensor:
        return self.pixel.log_prob(x.permute(0, 2, 3, 1), self._params(x, c)).flatten(1).sum(1)

    def _row(self, state: Partial) -> Tensor:
        return self.pixel.conditionals(state.pixel, state.params)[:, state.t % self.shape[0]]
