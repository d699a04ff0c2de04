"""On a GPU: the same loop, mixed precision, a compiled loss, and a resumed run with the GPU's noise."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from genbook import training
from genbook.numerics import seeded

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")]


def least_squares() -> tuple[Tensor, Tensor, Tensor]:
    with seeded(0):
        x, y = torch.randn(64, 4, device="cuda"), torch.randn(64, 1, device="cuda")
    return x, y, torch.linalg.lstsq(x, y).solution  # (4, 1)


@pytest.mark.parametrize(("option", "tolerance"), [(None, 1e-3), (training.autocast, 0.05), (torch.compile, 1e-3)])
def test_every_option_reaches_the_normal_equations(option: object, tolerance: float) -> None:
    x, y, solution = least_squares()
    model = nn.Linear(4, 1, bias=False, device="cuda")

    def loss_fn(batch: tuple[Tensor, Tensor]) -> Tensor:
        return (model(batch[0]) - batch[1]).square().mean()

    sgd = torch.optim.SGD(model.parameters(), lr=0.2)
    training.fit(option(loss_fn) if option else loss_fn, model, lambda step: (x, y), 300, sgd)
    torch.testing.assert_close(model.weight.T, solution, rtol=tolerance, atol=tolerance)


def test_a_resumed_run_draws_the_noise_of_the_whole_one(tmp_path: Path) -> None:
    def train(path: Path, steps: int) -> Tensor:
        with seeded(0):
            model = nn.Sequential(nn.Linear(4, 16), nn.Dropout(0.5), nn.Linear(16, 1)).cuda()
            x = torch.ones(8, 4, device="cuda")
            loss = lambda x: model(x).square().mean()  # noqa: E731
            training.fit(loss, model, lambda step: x, steps, callbacks=[training.Checkpoint(path, 5)])
        return model[0].weight

    whole = train(tmp_path / "whole.pt", 20)
    train(tmp_path / "run.pt", 10)
    torch.testing.assert_close(train(tmp_path / "run.pt", 20), whole, rtol=1e-5, atol=1e-6)
