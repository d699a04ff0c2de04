"""Two players: each move leaves the other player as it was, bit for bit."""

from copy import deepcopy

import pytest
import torch
from torch import Tensor, nn

from genbook import training
from genbook.numerics import seeded


class Game:
    """A small GAN whose players have running statistics and a power iteration, and that records who moved."""

    def __init__(self) -> None:
        with seeded(0):
            self.generator = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))
            self.critic = nn.Sequential(
                nn.utils.parametrizations.spectral_norm(nn.Linear(2, 8)), nn.ReLU(), nn.Linear(8, 1)
            )

    def critic_loss(self, x: Tensor, z: Tensor) -> Tensor:
        fake = self.generator(z)  # no detach: that the generator stands still is the loop's promise
        return nn.functional.softplus(-self.critic(x)).mean() + nn.functional.softplus(self.critic(fake)).mean()

    def generator_loss(self, z: Tensor) -> Tensor:
        return nn.functional.softplus(-self.critic(self.generator(z))).mean()


def data(k: int) -> Tensor:
    return torch.randn(16, 2, generator=torch.Generator().manual_seed(k)) + 3


def play(game: Game, steps: int, n_critic: int, callbacks: list) -> training.History:
    with seeded(1):
        return training.fit_adversarial(
            training.Player(game.critic, game.critic_loss),
            training.Player(game.generator, game.generator_loss),
            data,
            lambda n: torch.randn(n, 2),
            steps,
            n_critic,
            callbacks,
        )


class Watch:
    """Keeps both players' whole states whenever a gradient is ready, and which of them has gradients."""

    def __init__(self, game: Game) -> None:
        self.game, self.seen = game, []

    def after_backward(self, run: training.Run) -> None:
        self.seen.append({name: self._look(getattr(self.game, name)) for name in ("critic", "generator")})

    @staticmethod
    def _look(module: nn.Module) -> tuple[bool, dict[str, Tensor]]:
        moves = any(p.grad is not None for p in module.parameters())
        return moves, {name: p.detach().clone() for name, p in module.named_parameters()}


def same(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    return all(torch.equal(a[name], b[name]) for name in a)


def test_each_move_leaves_the_other_player_unchanged() -> None:
    game = Game()
    watch = Watch(game)
    play(game, 4, 3, [watch])
    movers = [[name for name, (moves, _) in look.items() if moves] for look in watch.seen]
    assert movers == [["critic"], ["critic"], ["critic"], ["generator"]] * 4
    for now, then, mover in zip(watch.seen, watch.seen[1:], movers, strict=False):
        for name in ("critic", "generator"):
            assert same(now[name][1], then[name][1]) == (name not in mover)


@pytest.mark.parametrize("mover", ["critic", "generator"])
def test_parameters_and_buffers_of_the_resting_player_keep_their_bits(mover: str) -> None:
    """Only one player moves when the other's optimizer has rate 0; nothing of the resting one may change."""
    game = Game()
    resting = game.generator if mover == "critic" else game.critic
    before = deepcopy(resting.state_dict())
    with training.adversarial._still(resting):
        resting.train()
        loss = (
            game.critic_loss(data(0), torch.randn(16, 2))
            if mover == "critic"
            else game.generator_loss(torch.randn(16, 2))
        )
        loss.backward()
        changed = resting.state_dict()
        assert any(not torch.equal(before[k], changed[k]) for k in before)  # the buffers did move inside
    assert all(torch.equal(before[k], v) for k, v in resting.state_dict().items())
    assert all(p.grad is None and p.requires_grad for p in resting.parameters())


def test_the_loop_equals_the_same_moves_written_out() -> None:
    """With detach and two optimizers by hand, in double precision, the players end where the loop's do."""
    one, two = Game(), Game()
    for game in (one, two):
        game.generator.double()
        game.critic = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1)).double()
        game.generator[1] = nn.Identity()
    two.critic.load_state_dict(one.critic.state_dict())
    noise = lambda n: torch.randn(n, 2, dtype=torch.float64)  # noqa: E731
    with seeded(5):
        training.fit_adversarial(
            training.Player(one.critic, one.critic_loss, torch.optim.SGD(one.critic.parameters(), 0.1)),
            training.Player(one.generator, one.generator_loss, torch.optim.SGD(one.generator.parameters(), 0.05)),
            lambda k: data(k).double(),
            noise,
            3,
            2,
        )
    with seeded(5):
        for step in range(3):
            for k in (2 * step, 2 * step + 1):
                x, fake = data(k).double(), two.generator(noise(16)).detach()
                loss = nn.functional.softplus(-two.critic(x)).mean() + nn.functional.softplus(two.critic(fake)).mean()
                gradient_step(loss, two.critic, 0.1)
            gradient_step(two.generator_loss(noise(16)), two.generator, 0.05)
    for mine, theirs in ((one.critic, two.critic), (one.generator, two.generator)):
        for a, b in zip(mine.parameters(), theirs.parameters(), strict=True):
            torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


def gradient_step(loss: Tensor, module: nn.Module, rate: float) -> None:
    for p, g in zip(module.parameters(), torch.autograd.grad(loss, list(module.parameters())), strict=True):
        p.data -= rate * g


def test_both_losses_are_recorded() -> None:
    history = play(Game(), 5, 2, [])
    assert len(history.losses) == 5
    assert [step for step, _ in history.metrics["critic"]] == [0, 1, 2, 3, 4]


def test_an_adversarial_run_resumes_to_the_same_bits(tmp_path) -> None:
    whole, parts = Game(), Game()
    play(whole, 8, 2, [])
    play(parts, 5, 2, [training.Checkpoint(tmp_path / "run.pt", 5)])
    parts = Game()
    play(parts, 8, 2, [training.Checkpoint(tmp_path / "run.pt", 5)])
    assert same(whole.generator.state_dict(), parts.generator.state_dict())
    assert same(whole.critic.state_dict(), parts.critic.state_dict())


def test_players_that_share_weights_are_refused() -> None:
    game = Game()
    with pytest.raises(ValueError, match="critic and generator share 6 parameters"):
        training.fit_adversarial(
            training.Player(game.generator, game.critic_loss),
            training.Player(game.generator, game.generator_loss),
            data,
            lambda n: torch.randn(n, 2),
            1,
        )


def test_an_optimizer_that_holds_the_other_player_is_refused() -> None:
    game = Game()
    everything = torch.optim.Adam([*game.critic.parameters(), *game.generator.parameters()])
    with pytest.raises(ValueError, match="the critic's optimizer holds parameters of the other player"):
        training.fit_adversarial(
            training.Player(game.critic, game.critic_loss, everything),
            training.Player(game.generator, game.generator_loss),
            data,
            lambda n: torch.randn(n, 2),
            1,
        )


def test_a_bad_loss_names_its_player_and_step() -> None:
    game = Game()
    game.generator_loss = lambda z: game.generator(z).mean() * float("nan")
    with pytest.raises(FloatingPointError, match="the generator loss is nan at step 0"):
        play(game, 2, 1, [])
