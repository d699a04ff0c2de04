"""Write the generator of digits for the live figure "gan-plane": folded weights, mean codes and directions.

Run from the root of the book, after `dcgan_glyphs.py 0`:  OMP_NUM_THREADS=1 python benchmarks/live_gan_plane.py
The card states how often a sum of mean codes, by the rounded weights of the file, is what it should be.
"""

import json
from hashlib import sha256
from pathlib import Path

import torch
from cvae_glyphs import DIGITS, grey
from dcgan_glyphs import LATENTS, WIDTH, judged, levels, regressor, standardised
from torch import Tensor

from genbook.gan import DCGANGenerator, attribute_direction
from genbook.interactive import gan_bytes, gan_generator
from genbook.numerics import seeded
from genbook.training import load_weights

TARGET = Path(__file__).parents[1] / "book" / "live" / "models" / "gan-plane.safetensors"
DRAWS, SHARE = 4000, 0.2


def mean_codes(z: Tensor, digit: Tensor, thickness: Tensor) -> Tensor:
    """Return the mean codes of the thinnest and of the boldest fifth of every digit, in turn, (20, K)."""
    rows = []
    for k in range(len(DIGITS)):
        of = (digit == k).nonzero()[:, 0]
        order, count = of[thickness[of].argsort()], max(1, int(SHARE * len(of)))
        rows += [z[order[:count]].mean(0), z[order[-count:]].mean(0)]
    return torch.stack(rows)


def main() -> None:
    """Measure, fold, round and write file and card."""
    torch.set_num_threads(1)
    generator = DCGANGenerator(LATENTS, WIDTH)
    card = load_weights(generator, "dcgan-glyphs")
    generator.eval().requires_grad_(False)
    data = grey(8000, 0, DIGITS)
    read = regressor(data.x / 8 - 1, standardised(8000, 0))
    with seeded(0):
        z = torch.randn(DRAWS, LATENTS)
    x = generator(z)
    values, digit = read(x), judged(levels(x))[1]
    terms = mean_codes(z, digit, values[:, 0]).half().float()
    directions = torch.stack([attribute_direction(z, values[:, k], SHARE) for k in range(3)]).half().float()
    content = gan_bytes(generator, terms, directions)
    folded = gan_generator(content)
    pairs = [(a, b) for a in range(10) for b in range(10) if a != b]
    thin = torch.stack([terms[2 * b] for _, b in pairs]).double()
    sums = thin + torch.stack([terms[2 * a + 1] - terms[2 * a] for a, _ in pairs]).double()
    before, after = folded(thin).float(), folded(sums).float()
    right = judged(levels(after))[1] == torch.tensor([b for _, b in pairs])
    full = {
        "figure": "gan-plane",
        "command": "python benchmarks/live_gan_plane.py",
        "model": "the generator of dcgan-glyphs with batch normalisation folded into its weights",
        "weights": card["sha256"],
        "seed": 0,
        "steps": card["steps"],
        "data": card["data"],
        "precision": "half; metrics of the rounded weights",
        "metrics": {
            "sums seen as the second digit": round(float(right.float().mean()), 3),
            "sums bolder than the thin digit": round(float((read(after) > read(before))[:, 0].float().mean()), 3),
        },
        "bytes": len(content),
        "sha256": sha256(content).hexdigest(),
    }
    TARGET.write_bytes(content)
    TARGET.with_suffix(".json").write_text(json.dumps(full, indent=2) + "\n")


if __name__ == "__main__":
    main()
