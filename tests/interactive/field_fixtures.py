"""Receptive fields of masked and of gated stacks, measured from the Jacobian, for the explorer of the website."""

from typing import Any

import torch
from torch import nn

from genbook.autoregressive import GatedStacks, MaskedStack
from genbook.autoregressive.causal_conv import CausalConv
from genbook.autoregressive.masked_stack import pixel_mask
from genbook.autoregressive.receptive_field import reach
from genbook.numerics import seeded

SIZE, WIDTH = (9, 11), 16
PLACES = ((6, 5), (0, 0), (3, 10), (8, 0))


def network(kind: str, depth: int, kernel: int, leak: bool) -> nn.Module:
    """Return a fresh network; `leak` gives its first layer mask B."""
    if kind == "plain":
        plain = MaskedStack(1, 2, WIDTH, (kernel,) * depth)
        if leak:
            colours = torch.zeros(1, dtype=torch.int64), torch.zeros(2 * WIDTH, dtype=torch.int64)
            plain.first.mask = pixel_mask(kernel, *colours, strict=False)[:, :, : kernel // 2 + 1]
        return plain
    gated = GatedStacks(1, 2, WIDTH, (kernel,) * depth)
    if leak:
        gated.layers[0].horizontal = CausalConv(1, 2 * WIDTH, (1, kernel // 2 + 1), kernel // 2)
    return gated


def receptive_field() -> dict[str, Any]:
    """Return a case a setting: the network, the place, and the rows of the field as strings of 0 and 1."""
    cases = []
    for kind in ("plain", "gated"):
        for depth, kernel in ((1, 3), (2, 3), (4, 3), (8, 3), (1, 5), (3, 5), (2, 7)):
            for leak in (False, True):
                for place in PLACES:
                    with seeded(2):
                        field = reach(network(kind, depth, kernel, leak), SIZE, place, draws=8).sum(0) > 0
                    rows = ["".join(map(str, row)) for row in field.int().tolist()]
                    setting = {"kind": kind, "depth": depth, "kernel": kernel, "leak": leak}
                    cases.append({"network": setting, "place": list(place), "rows": rows})
    return {"cases": cases}
