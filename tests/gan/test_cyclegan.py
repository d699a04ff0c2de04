"""CycleGAN: losses by hand, the pool of images, unpaired couples, and what the cycle loss cannot see."""

import pytest
import torch
from torch import nn

from genbook.gan import Couples, CycleGAN, ImagePool, LeastSquares, PatchCritic, Translator
from genbook.numerics import seeded


class Scale(nn.Module):
    """x -> factor * x, a translator whose losses can be worked out by hand."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(factor))

    def forward(self, x):
        return self.factor * x


class Mean(Scale):
    """x -> factor * mean of x: a critic."""

    def forward(self, x):
        return self.factor * x.flatten(1).mean(1)


def couples(n: int = 6) -> Couples:
    with seeded(3):
        return Couples(torch.rand(20, 1, 4, 4), torch.rand(20, 1, 4, 4) + 1)


def game(to_b: float = 2.0, to_a: float = 0.5, **weights: float) -> CycleGAN:
    players = (Scale(to_b), Scale(to_a)), (Mean(1.0), Mean(3.0))
    return CycleGAN(*players, couples(), LeastSquares(), **weights)


def test_the_generators_loss_by_hand() -> None:
    gan = game(2.0, 0.25, cycle=10.0, identity=5.0)
    z = gan.latent.sample(6)
    a, b = z.unbind(1)
    scores_a, scores_b = (b / 4).flatten(1).mean(1), 3 * (2 * a).flatten(1).mean(1)
    adversarial = ((scores_a - 1).square().mean() + (scores_b - 1).square().mean()) / 2
    cycle = 10 * ((2 * a / 4 - a).abs().mean() + (2 * b / 4 - b).abs().mean())
    identity = 5 * ((2 * b - b).abs().mean() + (a / 4 - a).abs().mean())
    torch.testing.assert_close(gan.generator_loss(z), adversarial + cycle + identity)


def test_the_critics_loss_by_hand() -> None:
    gan = game()
    x, z = gan.latent.sample(6), gan.latent.sample(6)
    means = [side.flatten(1).mean(1) for side in (*x.unbind(1), *z.unbind(1))]
    expected = ((means[0] - 1).square() + (means[3] / 2).square()).mean() / 2
    expected = expected + ((3 * means[1] - 1).square() + (3 * 2 * means[2]).square()).mean() / 2
    torch.testing.assert_close(gan.critic_loss(x, z), expected)


def test_a_round_trip_is_free_for_any_pair_of_inverse_maps() -> None:
    """The cycle loss says nothing about which map it is: only the critics, and the identity loss, do."""
    z = couples().sample(6)
    with_cycle, without = game(8.0, 1 / 8, cycle=10.0), game(8.0, 1 / 8, cycle=0.0)
    torch.testing.assert_close(with_cycle.generator_loss(z), without.generator_loss(z))


def test_the_pool_keeps_every_image_and_returns_old_ones_half_of_the_time() -> None:
    with seeded(0):
        pool = ImagePool(64)
        counted = torch.arange(64 * 40).float().view(-1, 16, 1)  # 160 batches of 16 different numbers
        out = torch.stack([pool(batch) for batch in counted])  # (160, 16, 1)
    assert torch.equal(out[:4], counted[:4])  # while it fills
    older = out[4:] != counted[4:]
    assert abs(older.float().mean() - 0.5) < 0.03
    everything = torch.cat([out.flatten(), pool.kept.flatten()])
    assert sorted(everything.tolist()) == sorted([*counted.flatten().tolist(), *counted[:4].flatten().tolist()])


def test_couples_are_independent_draws_from_both_sets() -> None:
    with seeded(1):
        drawn = Couples(torch.arange(10.0)[:, None], 100 + torch.arange(7.0)[:, None]).sample(20_000)[..., 0]
    a, b = drawn.T
    assert set(a.tolist()) == set(range(10)) and set(b.tolist()) == set(range(100, 107))
    assert abs(torch.corrcoef(drawn.T)[0, 1]) < 0.03


def test_a_score_sees_its_patch_only() -> None:
    with seeded(2):
        critic = PatchCritic(3)
        critic.network[3] = nn.Identity()  # instance normalisation would spread every pixel over all scores
        x = torch.randn(1, 1, 48, 48, requires_grad=True)
        scores = critic(x)[0]
        side = int(len(scores) ** 0.5)
        scores[side * (side // 2) + side // 2].backward()
    rows = x.grad[0, 0].abs().sum(1).nonzero()
    assert 1 + int(rows.max() - rows.min()) == 22


def test_networks_keep_the_shape() -> None:
    x = torch.randn(2, 1, 28, 28)
    y = Translator(3)(x)
    assert y.shape == x.shape and y.abs().max() <= 1
    assert PatchCritic(3)(x).shape == (2, 36)


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: ImagePool(0), "size is 0"),
        (lambda: ImagePool(4)(torch.zeros(5, 1)), "5 images and the pool 4"),
        (lambda: Couples(torch.zeros(3, 2), torch.zeros(3, 1)), "b has shape"),
        (lambda: Couples([1.0], torch.zeros(3, 1)), "a is a list"),
        (lambda: game().generator_loss(torch.zeros(4, 3, 1, 4, 4)), r"expected \(B, 2, \*event\)"),
        (lambda: game().critic_loss(torch.zeros(4, 2, 1, 4, 4), 3), "z is a int"),
        (lambda: Translator(0), "width is 0"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(call, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError), match=sentence):
        call()
