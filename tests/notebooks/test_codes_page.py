"""The functions that the page on codes defines are those of the package."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT
from sklearn.metrics import mutual_info_score
from torch import nn

from genbook.gan import BiGAN, CodeCritic, Codes, Examples, InfoGAN, NonSaturating, PairCritic, joint_divergence
from genbook.nn import MLP, StandardNormal
from genbook.numerics import seeded


@pytest.fixture(scope="module")
def page():
    return load_page_functions(ROOT / "chapters" / "gan" / "codes.ipynb")


def test_bounds(page) -> None:
    with seeded(0):
        codes = Codes(2, 3, 2)
        critic = CodeCritic(nn.Linear(4, 6), 6, codes)
        game = InfoGAN(nn.Linear(codes.size, 4), critic, codes, NonSaturating())
        z = codes.sample(9)
    _, label, c = codes.split(z)
    logits, mean, log_scale = critic.read(critic.body(game.generator(z)))
    ours = page.class_bound(label, logits), page.continuous_bound(c, mean, log_scale)
    torch.testing.assert_close(ours, game.information(z))


def test_joint_divergence(page) -> None:
    with seeded(1):
        p_x, p_z = torch.rand(4).double().softmax(0), torch.rand(3).double().softmax(0)
        encoder, generator = torch.randn(4, 3).double().softmax(1), torch.randn(3, 4).double().softmax(1)
    tables = p_x, encoder, p_z, generator
    torch.testing.assert_close(page.joint_divergence(*tables), joint_divergence(*tables))


def test_coders_loss(page) -> None:
    x = torch.ones(1, 3)
    with seeded(2):
        parts = MLP(2, (5,), 3), MLP(3, (5,), 2), PairCritic(nn.Linear(3, 4), MLP(6, (5,), 1))
        game, z = BiGAN(*parts, StandardNormal(2), NonSaturating(), Examples(x)), torch.randn(7, 2)
    of_data = game.critic(x.expand(7, 3), game.encode(x.expand(7, 3)))
    of_model = game.critic(game.generator(z), z)
    torch.testing.assert_close(page.coders_loss(of_data, of_model), game.generator_loss(z))


def test_table_information(page) -> None:
    with seeded(3):
        first = torch.randint(4, (500,))
        second = (first + torch.randint(2, (500,))) % 3
    expected = mutual_info_score(first.numpy(), second.numpy())
    assert page.table_information(first, second).item() == pytest.approx(expected)
