"""Many independent bits at once: what a Gibbs step spends most of its time on."""

import torch
from torch import Tensor

LEVELS = 2**16


def flip(p: Tensor) -> Tensor:
    """Return independent bits that are one with probability p: (B, D) -> (B, D), in the dtype of p, without gradient.

    A bit is one where 65536 p exceeds k + d, with sixteen random bits k for each unit and one dither d in [0, 1) for
    each row. As k + d is uniform on [0, 65536), every bit has its probability exactly, up to the 24 bits of float32.
    Two bits of a row share d, which binds them by about 2^-32. A quarter of the random numbers suffices that a
    comparison with `torch.rand` takes, and half of its time.

    >>> flip(torch.tensor([[0.0, 1.0]]))
    tensor([[0., 1.]])
    """
    words = torch.empty((p.numel() + 3) // 4, dtype=torch.int64, device=p.device).random_(-(2**63), None)
    k = words.view(torch.int16)[: p.numel()].view(p.shape)  # (B, D), -32768 to 32767
    d = torch.rand(len(p), 1, dtype=p.dtype, device=p.device)
    above = torch.mul(p.detach(), LEVELS).sub_(LEVELS // 2).sub_(k).sub_(d)  # (B, D)
    return torch.gt(above, 0, out=above)
