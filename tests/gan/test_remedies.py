"""What the remedies are worth: short games here, and the measured tables that the page shows."""

import pytest
import torch
from torch import nn

from genbook import results
from genbook.data import batches
from genbook.data.toys import eight_gaussians
from genbook.gan import GAN, FeatureCritic, Minimax, batch_norm_mlp, coverage
from genbook.nn import MLP, StandardNormal
from genbook.numerics import seeded
from genbook.training import Player, fit_adversarial


def share_of_good(row):
    return sum(run["good"] for run in row["runs"]) / len(row["runs"])


@pytest.mark.parametrize("name, modes, seeds", [("gan_ring", 8, 5), ("gan_grid", 25, 5)])
def test_the_tables_hold_every_remedy_with_several_seeds(name, modes, seeds):
    table = results.read(name)["rows"]
    words = ("plain", "matching", "K+1", "minibatch", "batch norm", "historical", "smoothing", "unrolling")
    assert all(any(word in row["model"] for row in table) for word in words)
    for row in table:
        assert len({run["seed"] for run in row["runs"]}) >= seeds
        assert all(0 <= run["covered"] <= modes and 0 <= run["good"] <= 1 for run in row["runs"])


def test_three_games_cover_the_ring_with_every_seed():
    sure = [
        row["model"]
        for row in results.read("gan_ring")["rows"]
        if all(run["covered"] == 8 and run["seconds"] < 30 for run in row["runs"]) and share_of_good(row) >= 0.9
    ]
    assert len(sure) >= 3


def test_a_game_with_ten_labels_a_class_beats_the_classifier_alone():
    table = {row["model"]: row["runs"] for row in results.read("gan_labels")["rows"]}
    for alone, game in zip(table["supervised"], table["K+1 classes"], strict=True):
        assert alone["seed"] == game["seed"] and game["accuracy"] > alone["accuracy"]


def test_a_short_game_on_the_ring_leaves_the_middle_and_finds_modes():
    torch.set_num_threads(1)
    ring = eight_gaussians(1.5, 0.1)
    with seeded(0):
        critic = FeatureCritic(batch_norm_mlp(2, (32, 32)), 32)
        gan = GAN(MLP(2, (32, 32), 2, nn.Tanh), critic, StandardNormal(2), Minimax())
        before = coverage(gan.sample(1000), ring.means, 0.1)
        players = (
            Player(module, loss, torch.optim.Adam(module.parameters(), 5e-3, (0.5, 0.9)))
            for module, loss in ((gan.critic, gan.critic_loss), (gan.generator, gan.generator_loss))
        )
        fit_adversarial(*players, batches(ring.sample(5000), 128), gan.latent.sample, 600)
        after = coverage(gan.sample(1000), ring.means, 0.1)
    assert before.covered == 0
    assert after.covered >= 4 and after.good > before.good + 0.3
