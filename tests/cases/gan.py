"""Cases of the chapter `gan`."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from genbook.gan import (
    ACGAN,
    CGAN,
    EBGAN,
    GAN,
    R1,
    AutoencoderEnergy,
    AuxiliaryCritic,
    BiGAN,
    ClassCritic,
    CodeCritic,
    Codes,
    ConditionalGenerator,
    Couples,
    CycleGAN,
    DCGANCritic,
    DCGANFeatures,
    DCGANGenerator,
    Examples,
    FeatureCritic,
    FeatureMatching,
    GaussianEncoder,
    GradientPenalty,
    Hinge,
    HistoricalAveraging,
    InfoGAN,
    JoinedCritic,
    LeastSquares,
    MinibatchFeatures,
    Minimax,
    MLPCritic,
    NonSaturating,
    Objective,
    PairCritic,
    PatchCritic,
    Penalty,
    ProjectionCritic,
    Supervised,
    Translator,
    Unrolled,
    Wasserstein,
    batch_norm_mlp,
    spectrally_normalised,
)
from genbook.nn import MLP, StandardNormal
from tests.cases import Case

CASES: dict[str, Callable[[], Case]] = {}


def plane_game(objective: Objective, penalty: Penalty | None = None) -> Case:
    """A game in the plane with small networks."""
    gan = GAN(MLP(2, (8,), 2), MLPCritic(2, (8,)), StandardNormal(2), objective, penalty)
    return Case(gan.eval(), torch.randn(5, 2))


def normalised_game() -> Case:
    """The hinge game of a spectrally normalised critic."""
    case = plane_game(Hinge())
    spectrally_normalised(case.model.critic)
    return Case(case.model.eval(), case.batch)


def energy_game() -> Case:
    """An EBGAN in the plane, with its repulsion."""
    critic = AutoencoderEnergy(MLP(2, (8,), 3), MLP(3, (8,), 2))
    return Case(EBGAN(MLP(2, (8,), 2), critic, StandardNormal(2), 1.0, 0.1).eval(), torch.randn(5, 2))


def image_game() -> Case:
    """A DCGAN of 8x8 images."""
    gan = GAN(DCGANGenerator(3, 2, size=8), DCGANCritic(2, size=8), StandardNormal(3), NonSaturating())
    return Case(gan.eval(), torch.rand(5, 1, 8, 8) * 2 - 1)


def given(game: type[CGAN] | type[ACGAN], critic: nn.Module) -> Case:
    """A conditional game of 8x8 images whose classes are fixed, one a row of the batch."""

    class Given(game):
        def __init__(self) -> None:
            generator = ConditionalGenerator(DCGANGenerator(3 + 2, 2, size=8), 4, 2)
            super().__init__(generator, critic, StandardNormal(3), NonSaturating())
            self.register_buffer("c", torch.tensor([0, 1, 2, 3, 3]))

        def critic_loss(self, x: Tensor, z: Tensor) -> Tensor:
            return super().critic_loss(x, z, c=self.c)

        def generator_loss(self, z: Tensor) -> Tensor:
            return super().generator_loss(z, c=self.c)

        def sample(self, n: int) -> Tensor:
            return super().sample(n, c=self.c[:1])

    return Case(Given().eval(), torch.rand(5, 1, 8, 8) * 2 - 1)


def projection_game() -> Case:
    """The conditional game of a projection critic."""
    features = DCGANFeatures(2, size=8)
    return given(CGAN, ProjectionCritic(features, features.outputs, 4))


def auxiliary_game() -> Case:
    """The conditional game with a head that names the class."""
    features = DCGANFeatures(2, size=8)
    return given(ACGAN, AuxiliaryCritic(features, features.outputs, 4))


def cycle_game() -> Case:
    """A translation between two sets of 12x12 images, with all of its losses."""
    players = (Translator(2, 1), Translator(2, 1)), (PatchCritic(2), PatchCritic(2))
    images = torch.rand(2, 6, 1, 12, 12) * 2 - 1
    gan = CycleGAN(*players, Couples(*images), LeastSquares(), cycle=10.0, identity=5.0)
    return Case(gan.eval(), torch.rand(5, 2, 1, 12, 12) * 2 - 1)


def body() -> nn.Module:
    """The hidden layer of a critic in the plane."""
    return nn.Sequential(nn.Linear(2, 8), nn.Tanh())


def remedy_game(build: Callable[..., GAN], critic: nn.Module, *rest: object) -> Case:
    """A game in the plane with a remedy against mode collapse."""
    gan = build(MLP(2, (8,), 2), critic, StandardNormal(2), NonSaturating(), *rest)
    return Case(gan.eval(), torch.randn(5, 2))


def labelled_game() -> Case:
    """The K+1-class game, with feature matching."""
    x, y = torch.randn(6, 2), torch.tensor([0, 1, 2, 0, 1, 2])
    return remedy_game(FeatureMatching, ClassCritic(body(), 8, 3), Examples(x), Supervised(x, y))


def coded_game() -> Case:
    """An InfoGAN in the plane, with a class and a continuous code."""
    codes = Codes(2, 3, 1)
    critic = CodeCritic(body(), 8, codes)
    gan = InfoGAN(MLP(codes.size, (8,), 2), critic, codes, NonSaturating(), penalty=R1())
    return Case(gan.eval(), torch.randn(5, 2))


def pair_game() -> Case:
    """A BiGAN in the plane, with the slope penalty on pairs."""
    players = MLP(2, (8,), 2), GaussianEncoder(MLP(2, (8,), 4)), PairCritic(body(), MLP(10, (8,), 1))
    gan = BiGAN(*players, StandardNormal(2), NonSaturating(), Examples(torch.randn(6, 2)), slope_weight=1.0)
    return Case(gan.eval(), torch.randn(5, 2))


CASES["gan"] = lambda: plane_game(Minimax())
CASES["gan/non-saturating"] = lambda: plane_game(NonSaturating())
CASES["gan-dynamics"] = lambda: plane_game(NonSaturating(), R1())
CASES["lsgan"] = lambda: plane_game(LeastSquares())
CASES["wgan"] = lambda: plane_game(Wasserstein())
CASES["wgan-gp"] = lambda: plane_game(Wasserstein(), GradientPenalty())
CASES["sngan"] = normalised_game
CASES["ebgan"] = energy_game
CASES["dcgan"] = image_game
CASES["cgan"] = projection_game
CASES["cgan/joined"] = lambda: given(CGAN, JoinedCritic(DCGANCritic(2, size=8, channels=2), 4, 1, 8, 8))
CASES["cgan/auxiliary"] = auxiliary_game
CASES["cyclegan"] = cycle_game
CASES["mode-collapse"] = labelled_game
CASES["mode-collapse/minibatch"] = lambda: remedy_game(
    GAN, FeatureCritic(nn.Sequential(body(), MinibatchFeatures(8, 2)), 10)
)
CASES["mode-collapse/batch-norm"] = lambda: remedy_game(GAN, FeatureCritic(batch_norm_mlp(2, (8, 8)), 8))
CASES["mode-collapse/history"] = lambda: remedy_game(HistoricalAveraging, FeatureCritic(body(), 8), 0.1)
CASES["mode-collapse/unrolled"] = lambda: remedy_game(
    Unrolled, FeatureCritic(body(), 8), Examples(torch.randn(6, 2)), 2
)
CASES["infogan"] = coded_game
CASES["bigan"] = pair_game
