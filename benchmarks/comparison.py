"""One table: every family on the 17-level digits, with one budget of CPU seconds, three seeds.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/comparison.py 0 1 2 [models]
Seeds by name, then rows by name where not all are wanted; the results of several runs join. Each model trains on 1,000
images for as many steps as fit into SECONDS of CPU time, by the time of its first steps; architectures and step sizes
are those that the chapters chose on the validation part, and where a model has a likelihood or a bound, the weights
with the best one on the 350 validation images are kept. Measured once on the 447 test images.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from ebm_digits import BLUR, levels, scaled, short_run
from flow_digits import ROWS as FLOWS
from pixelcnn_digits import gated
from torch import Tensor, nn
from torch.optim.lr_scheduler import CosineAnnealingLR
from vae_digits import MIXTURE, mlp_vae

from genbook import results
from genbook.autoregressive import PixelCNN
from genbook.data import batches, digits
from genbook.diffusion import ContinuousDiffusion, FourierFeatures, LinearLogSNR, UNet
from genbook.ebm import EnergyModel
from genbook.evaluation import Histogram, RasterBigram, digit_classifier, nats, sample_quality
from genbook.flows.normalisation import start_from_data
from genbook.gan import GAN, R1, MLPCritic, NonSaturating
from genbook.nn import MLP, StandardNormal
from genbook.numerics import dequantise, seeded
from genbook.training import EMA, ClipGradient, Player, Schedule, Validate, fit, fit_adversarial

SECONDS, SEEDS, BATCH, TRIAL, CHECKS, DIFFUSION_STEPS = 2.5, (0, 1, 2), 50, 10, 8, 25
DATA, JUDGE = digits(), digit_classifier()
X, VALID, TEST = DATA.train.x, DATA.valid.x, DATA.test.x
NOTE = (
    f"17-level digits, {SECONDS:g} CPU seconds of training a model; nats a test image; 447 draws against the 447 test "
    "images by the features of the book's classifier; seconds to draw are CPU seconds on one thread"
)


def fitted(model: nn.Module, loss: Callable, rate: float, decay: float, check: Callable | None = None) -> tuple:
    """Train for the budget; return the averaged model and its CPU seconds."""
    adam = torch.optim.AdamW(model.parameters(), rate, betas=(0.9, 0.99), weight_decay=0.01)
    start = time.process_time()
    fit(loss, model, batches(X, BATCH, 9), TRIAL, adam)
    share = 0.85 if check else 1.0  # of the budget that goes into steps, the rest into validation
    steps = max(CHECKS, int(share * SECONDS * TRIAL / (time.process_time() - start)))
    ema = EMA(model, min(decay, 1 - 5 / steps))
    watch = [Validate(check, steps // CHECKS, ema.module)] if check else []
    cosine = Schedule(lambda optimizer: CosineAnnealingLR(optimizer, steps))
    fit(loss, model, batches(X, BATCH, 0), steps, adam, [ClipGradient(10.0), ema, *watch, cosine])
    return ema.module.eval().requires_grad_(False), time.process_time() - start


def pixelcnn() -> tuple:
    """Exact: a Gated PixelCNN with a mixture of logistics."""
    model: PixelCNN = gated()
    return *fitted(model, model.loss, 2e-3, 0.998, lambda m: nats(m, VALID).mean), "="


def vae() -> tuple:
    """A bound: fully connected networks, a mixture of logistics a pixel."""
    model = mlp_vae(MIXTURE)
    return *fitted(model, model.loss, 2e-3, 0.995, lambda m: nats(m, VALID).mean), "<="


def flow() -> tuple:
    """A bound by dequantisation: a masked autoregressive flow with splines."""
    model = FLOWS["Spline MAF"][0]()
    start_from_data(model.flow, dequantise(X[:200], torch.rand_like(X[:200]), 17))
    return *fitted(model, model.loss, 3e-3, 0.99, lambda m: nats(m, VALID).mean), "<="


class Images(nn.Module):
    """A diffusion model of images (1, 8, 8) as one of rows (64,)."""

    def __init__(self) -> None:
        super().__init__()
        network = FourierFeatures(UNet(7, 1, (16, 32), (1,), blocks=1, dropout=0.1))
        self.model = ContinuousDiffusion(network, LinearLogSNR(), (1, 8, 8), 17)

    def loss(self, x: Tensor) -> Tensor:
        """Return the bound in nats a pixel."""
        return self.model.loss(x.view(-1, 1, 8, 8)) / 64

    def elbo(self, x: Tensor, draws: int = 5) -> Tensor:
        """Return a bound on log p(x), (B,), from times in every fifth of [0, 1]."""
        images, found = x.view(-1, 1, 8, 8), 0
        for k in range(draws):
            t = (k + torch.rand(len(x))) / draws
            found = found - sum(self.model.terms(images, t, torch.randn_like(images), torch.randn_like(images)))
        return found / draws

    def sample(self, n: int) -> Tensor:
        """Draw rows (n, 64) by the ancestral chain."""
        return self.model.sample(n, DIFFUSION_STEPS).flatten(1)


def diffusion() -> tuple:
    """A bound: continuous time, trained on it."""
    model = Images()
    return *fitted(model, model.loss, 2e-3, 0.998), "<="


class Levels(nn.Module):
    """A sampler of values in [-1, 1], rounded to whole grey levels."""

    def __init__(self, player: nn.Module) -> None:
        super().__init__()
        self.player = player

    def sample(self, n: int) -> Tensor:
        """Draw rows of grey levels (n, 64)."""
        return levels(self.player.sample(n)).detach()


def gan() -> tuple:
    """No likelihood: the first game with a gradient penalty."""
    G = nn.Sequential(MLP(16, (256, 256), 64, nn.ReLU), nn.Tanh())
    D = MLPCritic(64, (256, 256))
    game = GAN(G, D, StandardNormal(16), NonSaturating(), R1(0.5))
    adam = [torch.optim.Adam(m.parameters(), 5e-4, betas=(0.5, 0.9)) for m in (D, G)]
    players = Player(D, game.critic_loss, adam[0]), Player(G, game.generator_loss, adam[1])
    data, start = batches(scaled(X), BATCH, 0), time.process_time()
    fit_adversarial(*players, data, game.latent.sample, TRIAL)
    steps = int(SECONDS * TRIAL / (time.process_time() - start))
    ema = EMA(G, 0.995)
    fit_adversarial(*players, data, game.latent.sample, steps, callbacks=[ema])
    averaged = GAN(ema.module.eval(), D, game.latent, NonSaturating())
    return Levels(averaged), time.process_time() - start, ""


def ebm() -> tuple:
    """No likelihood that can be believed: short chains do not reach the energy's own distribution."""
    player = short_run(EnergyModel(MLP(64, (256, 256), 1), (64,), spread=1.0))
    noisy = lambda x: scaled(x) + BLUR * torch.randn_like(x)  # noqa: E731
    model, seconds = fitted(player, lambda x: player.loss(noisy(x)), 1e-3, 0.99)
    return Levels(model), seconds, ""


def counted(baseline: type) -> Callable[[], tuple]:
    """Exact: tables of counts, smoothed by the validation part."""

    def build() -> tuple:
        start = time.process_time()
        model = baseline.fit(X, VALID, 17)
        return model, time.process_time() - start, "="

    return build


ROWS: dict[str, Callable[[], tuple]] = {
    "histograms": counted(Histogram),
    "bigram": counted(RasterBigram),
    "autoregressive: Gated PixelCNN": pixelcnn,
    "VAE: logistic mixture": vae,
    "flow: spline MAF": flow,
    "diffusion: continuous time": diffusion,
    "GAN: non-saturating, R1": gan,
    "EBM: short runs": ebm,
}


def size(model: nn.Module) -> int:
    """Return how many numbers the model has learned."""
    if isinstance(model, (Histogram, RasterBigram)):
        return sum(t.numel() for t in model.buffers())
    return sum(p.numel() for p in model.parameters())


@torch.no_grad()
def drawn(model: Any, n: int) -> tuple[Tensor, float]:
    """Return n draws as rows, and the CPU seconds that they took."""
    start = time.process_time()
    x = model.sample(n)
    return x.flatten(1), time.process_time() - start


def trial(name: str, seed: int) -> dict[str, Any]:
    """Train and measure one seed of one row."""
    with seeded(seed):
        model, seconds, relation = ROWS[name]()
        one = sorted(drawn(model, 1)[1] for _ in range(3))[1]
        x, thousand = drawn(model, 1000)
        run: dict[str, Any] = {
            "seed": seed,
            "budget": SECONDS,
            "seconds": seconds,
            "draw 1": one,
            "draw 1000": thousand,
        }
        run |= sample_quality(JUDGE, x[: len(TEST)], TEST)._asdict()
        if relation:
            run["test"] = (
                sum(nats(model, TEST).mean for _ in range(5)) / 5 if relation == "<=" else nats(model, TEST).mean
            )
        run["picture"] = ["".join("0123456789abcdefg"[int(v)] for v in image) for image in x[:8]] if seed == 0 else []
    return {"model": name, "relation": relation, "parameters": size(model), "runs": [run]}


def floor() -> dict[str, Any]:
    """Return the row of as many real images that no model has made."""
    quality = sample_quality(JUDGE, X[: len(TEST)], TEST)
    return {"model": "real images", "relation": "", "parameters": 0, "runs": [{"seed": 0, **quality._asdict()}]}


def main() -> None:
    """Train and measure for the seeds and rows on the command line, writing what there is after each."""
    torch.set_num_threads(1)
    names = [word for word in sys.argv[1:] if not word.isdigit()] or list(ROWS)
    for seed in [int(word) for word in sys.argv[1:] if word.isdigit()] or SEEDS:
        for name in names:
            row = trial(name, seed)
            print(name, {k: v for k, v in row["runs"][0].items() if k != "picture"}, flush=True)
            results.write("comparison", results.joined("comparison", [floor(), row]), SEEDS, NOTE)


if __name__ == "__main__":
    main()
