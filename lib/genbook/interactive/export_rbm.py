"""A trained RBM as one small file that the live figure reads."""

import json
from math import isqrt

import torch
from safetensors.torch import load, save
from torch import Tensor

from genbook.checks import check_batch
from genbook.ebm import RBM, BernoulliVisible

MOST_HIDDEN = 16  # the browser adds up the hidden states to know log Z


def rbm_bytes(
    rbm: RBM, shape: tuple[int, int] | None = None, examples: Tensor | None = None, dtype: torch.dtype = torch.float32
) -> bytes:
    """Return `rbm` as a safetensors file that the live figure "rbm-gibbs" reads.

    `shape` is (height, width) of the image (default: square), `examples` (N, V) are images of bits whose halves the
    figure offers to hold, `dtype` is the precision of the weights in the file.

    Raises:
        TypeError: `rbm` is no RBM, or its visible units are no bits.
        ValueError: it has more than 16 hidden units, or shape or examples do not fit.
    """
    if not isinstance(rbm, RBM) or not isinstance(rbm.visible, BernoulliVisible):
        raise TypeError(f"rbm is a {type(rbm).__name__}, expected a genbook.ebm.RBM over BernoulliVisible.")
    if rbm.hidden > MOST_HIDDEN:
        raise ValueError(f"rbm has {rbm.hidden} hidden units, expected at most {MOST_HIDDEN} in the browser.")
    side = isqrt(rbm.visible.dim)
    height, width = shape or (side, side)
    if height * width != rbm.visible.dim:
        raise ValueError(f"shape is {(height, width)}, expected height * width = {rbm.visible.dim} visible units.")
    tensors = {"w": rbm.w.to(dtype), "b": rbm.visible.b.to(dtype), "c": rbm.c.to(dtype)}
    if examples is not None:
        check_batch(examples, (rbm.visible.dim,), "examples")
        rbm.visible.check(examples)
        tensors["examples"] = examples.to(torch.uint8)
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    return save(plain, metadata={"rbm": json.dumps({"height": height, "width": width})})


def rbm_from_bytes(content: bytes) -> RBM:
    """Return the RBM that `rbm_bytes` wrote, in double precision: the inverse, up to rounding.

    >>> rbm = RBM(BernoulliVisible(4), hidden=3)
    >>> torch.equal(rbm_from_bytes(rbm_bytes(rbm)).w.float(), rbm.w)
    True
    """
    tensors = load(content)
    rbm = RBM(BernoulliVisible(len(tensors["b"])), len(tensors["c"])).double()
    with torch.no_grad():
        for parameter, name in ((rbm.w, "w"), (rbm.visible.b, "b"), (rbm.c, "c")):
            parameter.copy_(tensors[name])
    return rbm.eval()
