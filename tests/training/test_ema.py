"""The moving average against its closed form."""

import pytest
import torch
from torch import nn

from genbook import training


def trajectory(
    decay: float, steps: int, batch_norm: bool = False
) -> tuple[list[torch.Tensor], training.EMA, nn.Module]:
    torch.manual_seed(0)
    layers = [nn.Linear(3, 2)] + ([nn.BatchNorm1d(2)] if batch_norm else [])
    model = nn.Sequential(*layers).double()
    ema = training.EMA(model, decay)
    path = []
    sgd = torch.optim.SGD(model.parameters(), lr=0.1)
    training.fit(
        lambda x: (model(x) - 1).square().mean(),
        model,
        lambda step: torch.randn(8, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(step)),
        steps,
        sgd,
        callbacks=[ema, lambda run: path.append(model[0].weight.detach().clone())],
    )
    return path, ema, model


def test_the_average_is_the_geometrically_weighted_mean_of_the_iterates() -> None:
    decay, steps = 0.8, 12
    path, ema, _ = trajectory(decay, steps)
    weights = decay ** torch.arange(steps - 1, -1, -1, dtype=torch.float64)  # (T,)
    closed_form = (weights[:, None, None] * torch.stack(path)).sum(0) / weights.sum()
    torch.testing.assert_close(ema.module[0].weight.data, closed_form, rtol=1e-12, atol=1e-12)
    assert ema.updates == steps


def test_the_initial_weights_have_no_part_after_one_step() -> None:
    path, ema, _ = trajectory(0.999, 1)
    assert torch.equal(ema.module[0].weight, path[0])


def test_without_decay_the_average_is_the_last_iterate() -> None:
    path, ema, _ = trajectory(0.0, 5)
    assert torch.equal(ema.module[0].weight, path[-1])


def test_buffers_are_copied_and_the_copy_is_quiet() -> None:
    _, ema, model = trajectory(0.9, 5, batch_norm=True)
    assert torch.equal(ema.module[1].running_mean, model[1].running_mean)
    assert torch.equal(ema.module[1].num_batches_tracked, model[1].num_batches_tracked)
    assert not any(part.training for part in ema.module.modules())
    assert not any(p.requires_grad for p in ema.module.parameters())
    assert ema.module[0].weight.data_ptr() != model[0].weight.data_ptr()


def test_a_second_run_goes_on_with_the_average() -> None:
    model = nn.Linear(1, 1)
    ema = training.EMA(model, 0.9)
    for _ in range(2):
        training.fit(lambda x: model(x).square().mean(), model, lambda s: torch.ones(2, 1), 3, callbacks=[ema])
    assert ema.updates == 6


def test_an_average_of_a_module_that_is_not_trained_is_refused() -> None:
    model = nn.Linear(1, 1)
    with pytest.raises(ValueError, match="EMA follows a Linear that this run does not train"):
        training.fit(
            lambda x: model(x).mean(), model, lambda s: torch.ones(2, 1), 1, callbacks=[training.EMA(nn.Linear(1, 1))]
        )
