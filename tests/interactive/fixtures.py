"""What genbook computes, written down for the JavaScript of the live figures to be held against.

python -m tests.interactive.fixtures      writes tests/js/fixtures/*.json anew
"""

import base64
import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from genbook.autoregressive import MADE
from genbook.autoregressive.sampling import ancestral
from genbook.data import digits
from genbook.evaluation import frechet_bias, frechet_distance, frechet_gaussians
from genbook.interactive.export import made_bytes, made_from_bytes
from genbook.nn import MaskedMLP, made_masks
from genbook.nn.masks import hidden_degrees, input_degrees
from genbook.nn.outputs import Bernoulli, Categorical
from genbook.numerics import seeded
from tests.interactive.chains_fixtures import chains
from tests.interactive.char_fixtures import char_model
from tests.interactive.code_fixtures import code_trie
from tests.interactive.codebook_fixtures import codebook
from tests.interactive.coupling_fixtures import coupling_layers
from tests.interactive.denoiser_fixtures import denoise_digits
from tests.interactive.ebm_fixtures import push_down, rbm_gibbs
from tests.interactive.elbo_fixtures import elbo_bars
from tests.interactive.field_fixtures import receptive_field
from tests.interactive.game_fixtures import gan_2d
from tests.interactive.gan_fixtures import gan_plane
from tests.interactive.kl_fixtures import tug_of_war
from tests.interactive.mass_fixtures import mass_map
from tests.interactive.noised_fixtures import noised_mixture
from tests.interactive.orbit_fixtures import game_orbits, gan_divergences
from tests.interactive.paths_fixtures import sampler_paths
from tests.interactive.planar_fixtures import planar_flow
from tests.interactive.plane_fixtures import latent_plane
from tests.interactive.ppca_fixtures import ppca_directions

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "js" / "fixtures"
SHIPPED = ROOT / "book" / "live" / "models" / "made-digits.safetensors"
WIDTHS = (*range(1, 17), 33, 64, 300)


def masks() -> dict[str, Any]:
    """Degrees for many sizes; masks and path counts for each ordering, right and leaking, with and without direct."""
    degrees = [[dim, width, hidden_degrees(dim, width).tolist()] for dim in (1, 2, 9, 64) for width in WIDTHS]
    orders = {"raster": list(range(9)), "reversed": list(range(8, -1, -1)), "random": [2, 0, 3, 7, 1, 8, 6, 4, 5]}
    cases = []
    for order in orders.values():
        for widths in ([4], [8, 5], [16, 16, 3]):
            cases += [_mask_case(order, widths, leak, direct) for leak in (False, True) for direct in (False, True)]
    return {"degrees": degrees, "cases": cases}


def _mask_case(order: list[int], widths: list[int], leak: bool, direct: bool) -> dict[str, Any]:
    m = [input_degrees(torch.tensor(order)), *(hidden_degrees(len(order), width) for width in widths)]
    layers = made_masks(m)
    if leak:
        layers[-1] = m[0][:, None] >= m[-1][None, :]
    counts = torch.eye(len(order), dtype=torch.int64)
    for mask in layers:
        counts = mask.long() @ counts
    if direct:
        counts = counts + made_masks([m[0]])[0].long()
    setting = {"order": order, "widths": widths, "leak": leak, "direct": direct}
    return {**setting, "masks": [mask.int().tolist() for mask in layers], "counts": counts.tolist()}


def shipped() -> dict[str, Any]:
    """The digits model of the figure, from the file that the browser loads."""
    model = made_from_bytes(SHIPPED.read_bytes())
    test = digits().test.x.double()
    x = torch.stack([test[0], test[123], torch.zeros(64).double(), torch.full((64,), 16.0).double(), test[5].flip(0)])
    return _sampler_case(model, x)


def small() -> dict[str, Any]:
    """Two small models with random order, direct connections and other outputs, bytes included."""
    cases = {}
    for name, output, dim, hidden in (
        ("bernoulli", Bernoulli(), 9, (12, 7)),
        ("categorical", Categorical(5), 12, (9,)),
    ):
        with seeded(7):
            order = torch.randperm(dim)
            network = MaskedMLP(dim, hidden, output.size, ordering=order, direct=name == "bernoulli")
            model = MADE(network, output).double().eval()
            for parameter in model.parameters():
                parameter.data *= 3
            x = torch.randint(0, output.levels, (3, dim)).double()
        content = made_bytes(model, (3, dim // 3), dtype=torch.float64)
        cases[name] = {"file": base64.b64encode(content).decode(), **_sampler_case(model, x)}
    return cases


def _sampler_case(model: MADE, x: Tensor) -> dict[str, Any]:
    dim, levels = x.shape[1], torch.arange(model.output.levels).double()
    with seeded(3):
        u = torch.rand(6, dim, dtype=torch.float64)
    prefix = x[:1, model.order[: dim // 3]].expand(6, -1)
    params = model.conditionals(x[:1])[0].detach()  # (D, size)
    return {
        "x": x.tolist(),
        "log_prob": model.log_prob(x).tolist(),
        "params": params.tolist(),
        "levels": {str(t): _levels(model, params, levels, t).tolist() for t in (1.0, 0.6, 1.7)},
        "u": u.tolist(),
        "samples": {str(t): ancestral(model, u, temperature=t).int().tolist() for t in (1.0, 0.6, 1.7)},
        "completions": ancestral(model, u, prefix=prefix).int().tolist(),
    }


def _levels(model: MADE, params: Tensor, levels: Tensor, temperature: float) -> Tensor:
    """Return log p of every level under every conditional, shape (D, levels)."""
    params = model.output.tempered(params, temperature)
    rows = params[:, None, :].expand(-1, len(levels), -1)
    return model.output.log_prob(levels.expand(len(params), -1), rows)


def fid_samples() -> dict[str, Any]:
    """Distances of small sets, some with fewer rows than features; singular values; truths and biases of the theory."""
    with seeded(11):
        pairs = [
            (torch.randn(n, size).double(), 0.5 + 1.5 * torch.randn(m, size).double())
            for n, m, size in ((2, 3, 1), (30, 20, 4), (5, 40, 8), (3, 4, 16), (60, 50, 16))
        ]
    cases = [
        {
            "a": a.tolist(),
            "b": b.tolist(),
            "distance": frechet_distance(a, b),
            "singular": torch.linalg.svdvals(a.T @ a).tolist(),
        }
        for a, b in pairs
    ]
    truths = []
    for features, shift, spread in ((1, 0.0, 1.0), (8, 2.0, 1.0), (16, 0.5, 0.6), (4, 3.0, 2.0)):
        eye, zero = torch.eye(features).double(), torch.zeros(features).double()
        mean = shift * eye[0]
        exact = frechet_gaussians(zero, eye, mean, spread**2 * eye)
        truths.append({"features": features, "shift": shift, "spread": spread, "exact": exact})
    biases = [
        {"features": size, "n": n, "value": frechet_bias(torch.eye(size).double(), n)}
        for size in (1, 8, 16)
        for n in (5, 100)
    ]
    return {"cases": cases, "truths": truths, "biases": biases}


FIXTURES = {
    "masks": masks,
    "made-digits": shipped,
    "made-small": small,
    "kl-tug-of-war": tug_of_war,
    "fid-samples": fid_samples,
    "code-trie": code_trie,
    "receptive-field": receptive_field,
    "coupling-layers": coupling_layers,
    "elbo-bars": elbo_bars,
    "latent-plane": latent_plane,
    "planar-flow": planar_flow,
    "gan-2d": gan_2d,
    "gan-plane": gan_plane,
    "char-model": char_model,
    "ppca-directions": ppca_directions,
    "push-down": push_down,
    "rbm-gibbs": rbm_gibbs,
    "chains": chains,
    "codebook": codebook,
    "gan-divergences": gan_divergences,
    "game-orbits": game_orbits,
    "mass-map": mass_map,
    "denoise-digits": denoise_digits,
    "noised-mixture": noised_mixture,
    "sampler-paths": sampler_paths,
}


def main() -> None:
    """Write all fixtures."""
    torch.set_num_threads(1)
    for name, compute in FIXTURES.items():
        (FOLDER / f"{name}.json").write_text(json.dumps(compute(), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
