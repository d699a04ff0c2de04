"""Gated causal convolutions in one dimension with growing dilation, and the queues that step them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from genbook.autoregressive.pixel_network import check_classes
from genbook.checks import check_batch, check_count


def receptive_field(dilations: Sequence[int], kernel: int = 2) -> int:
    """Return how many samples back an output of the stack looks: 1 + (kernel - 1) times the sum of the dilations.

    All of them are seen where no dilation exceeds the field of the layers below; larger ones leave holes.

    >>> receptive_field([1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
    1024
    """
    return 1 + (kernel - 1) * sum(dilations)


def delayed(h: Tensor, dilation: int, kernel: int) -> Tensor:
    """Lay h (B, T, C) beside its delays by dilation, ..., (kernel - 1) dilation, oldest first: (B, T, kernel C).

    Shifting is padding on the left and cutting on the right, so nothing later than t ever stands at place t.
    """
    length = h.shape[1]
    shifts = [dilation * j for j in range(kernel - 1, -1, -1)]
    return torch.cat([F.pad(h, (0, 0, s, 0))[:, :length] if s < length else torch.zeros_like(h) for s in shifts], -1)


@dataclass
class Queues:
    """What a step needs of the past: of layer i the last (kernel - 1) dilation_i inputs, in a ring (Paine et al. 2016).

    rings: a tensor (places, n, width) a layer; c: the classes, or None; t: how many samples went through.
    """

    rings: list[Tensor]
    c: Tensor | None
    t: int = 0

    def numel(self) -> int:
        """Return how many numbers are remembered."""
        return sum(ring.numel() for ring in self.rings)


class GatedLayer(nn.Module):
    """Gates, residual and skip (van den Oord et al. 2016, sections 2.3 to 2.5).

    z = tanh(W_f * h + V_f c) sigmoid(W_g * h + V_g c); h + W_r z goes up to the next layer, W_s z goes out.
    """

    def __init__(self, width: int, skip: int, kernel: int, classes: int, last: bool) -> None:
        """Draw weights as `nn.Linear` does; the last layer passes nothing up, and classes begin without effect."""
        super().__init__()
        self.gates = nn.Linear(kernel * width, 2 * width)
        self.out = nn.Linear(width, skip if last else skip + width)
        self.skip = skip
        self.classes = nn.Embedding(classes, 2 * width) if classes else None
        if self.classes is not None:
            nn.init.zeros_(self.classes.weight)

    def forward(self, h: Tensor, beside: Tensor, c: Tensor | None) -> tuple[Tensor, Tensor]:
        """Map h (B, T, width) and the same beside its delays to what goes up and what goes out (B, T, skip)."""
        a = self.gates(beside)
        if self.classes is not None:
            a = a + self.classes(c).unsqueeze(1)
        tanh, gate = a.chunk(2, -1)
        out = self.out(tanh.tanh() * gate.sigmoid())
        return (h if out.shape[-1] == self.skip else h + out[..., self.skip :]), out[..., : self.skip]


class DilatedStack(nn.Module):
    """The network of WaveNet: output t depends on inputs t - R + 1, ..., t with R = `field` (van den Oord et al. 2016).

    `dilations` holds one number a layer, such as 1, 2, 4, ..., 512, repeated for more depth. What all layers put out is
    summed, and two rectified 1x1 layers turn the sum into `params` numbers. `classes` is 0 where no class is taken.

    Raises:
        TypeError, ValueError: a size is not a whole number in range, or there is no layer.

    >>> DilatedStack(inputs=1, params=4, width=8, dilations=(1, 2, 4)).field
    8
    """

    def __init__(
        self,
        inputs: int,
        params: int,
        width: int = 32,
        dilations: Sequence[int] = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
        skip: int = 64,
        kernel: int = 2,
        classes: int = 0,
    ) -> None:
        super().__init__()
        sizes = {"inputs": inputs, "params": params, "width": width, "skip": skip, "kernel": kernel}
        for name, size in sizes.items() | {(f"dilation {i}", d) for i, d in enumerate(dilations)}:
            check_count(size, name, most=2**20)
        if not dilations or classes < 0:
            raise ValueError(f"{len(dilations)} dilations and {classes} classes came, expected at least one dilation.")
        self.inputs, self.params, self.width, self.classes = inputs, params, width, classes
        self.dilations, self.kernel = tuple(dilations), kernel
        self.enter = nn.Linear(inputs, width)
        last = len(self.dilations) - 1
        self.layers = nn.ModuleList(GatedLayer(width, skip, kernel, classes, i == last) for i in range(last + 1))
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(skip, skip), nn.ReLU(), nn.Linear(skip, params))

    @property
    def field(self) -> int:
        """How many inputs an output sees, itself included."""
        return receptive_field(self.dilations, self.kernel)

    def forward(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Map (B, T, inputs), and classes (B,), to (B, T, params).

        Raises:
            TypeError, ValueError: x or c has a wrong shape or dtype.
        """
        check_batch(x, (*x.shape[1:2], self.inputs))
        check_classes(c, self.classes, len(x))
        return self._run(x, c, lambda i, h: delayed(h, self.dilations[i], self.kernel))

    def start(self, n: int, c: Tensor | None = None) -> Queues:
        """Return the queues of n sequences of which nothing is known: zeros, as the padding of a whole pass."""
        check_count(n)
        check_classes(c, self.classes, n)
        weight = self.enter.weight
        return Queues([weight.new_zeros((self.kernel - 1) * d, n, self.width) for d in self.dilations], c)

    @torch.no_grad()
    def step(self, queues: Queues, x_t: Tensor) -> Tensor:
        """Feed one input of each sequence, (n, inputs); return the output there, (n, params). Updates the queues."""

        def beside(i: int, h: Tensor) -> Tensor:
            ring, places = queues.rings[i], len(queues.rings[i])
            old = [ring[(queues.t - j * self.dilations[i]) % places] for j in range(self.kernel - 1, 0, -1)]
            both = torch.cat([*old, h[:, 0]], -1)
            if places:
                ring[queues.t % places] = h[:, 0]
            return both.unsqueeze(1)

        params = self._run(x_t.unsqueeze(1), queues.c, beside)[:, 0]
        queues.t += 1
        return params

    def _run(self, x: Tensor, c: Tensor | None, beside: Callable[[int, Tensor], Tensor]) -> Tensor:
        """Run the stack, where `beside(i, h)` lays the input h of layer i beside its past."""
        h, total = self.enter(x), torch.zeros((), dtype=x.dtype, device=x.device)
        for i, layer in enumerate(self.layers):
            h, out = layer(h, beside(i, h), c)
            total = total + out
        return self.head(total)
