"""The record of a run and its figure."""

import matplotlib as mpl
import pytest

from genbook import training

mpl.use("Agg")


def record(count: int) -> training.History:
    history = training.History()
    for step in range(count):
        history.add_loss(step, float(step % 7))
    history.add("valid", 0, 2.0)
    history.add("valid", count, 1.0)
    return history


def test_recent_is_the_mean_of_the_last_losses() -> None:
    assert record(100).recent(3) == pytest.approx((97 % 7 + 98 % 7 + 99 % 7) / 3)
    assert record(2).recent(50) == pytest.approx(0.5)
    assert training.History().recent() != training.History().recent()  # nan


def test_the_running_mean_equals_the_mean_of_each_window() -> None:
    losses = record(30).losses
    means = training.history._running_mean(losses, 4)
    assert means == pytest.approx([sum(losses[i : i + 4]) / 4 for i in range(27)])


@pytest.mark.parametrize("count", [0, 1, 30, 400])
def test_the_plot_shows_losses_and_metrics_with_labels(count: int) -> None:
    import matplotlib.pyplot as plt

    _, given = plt.subplots()
    history = record(count)
    ax = history.plot(given, unit="nats")
    assert ax is given
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "loss (nats)")
    drawn = {line.get_label(): line.get_xydata().tolist() for line in ax.get_lines()}
    assert drawn["loss"] == [[step, loss] for step, loss in zip(history.steps, history.losses, strict=True)]
    assert drawn["valid"] == [[0, 2.0], [count, 1.0]]
    assert ("mean loss" in drawn) == (count == 400)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(drawn)
    plt.close("all")


def test_the_plot_makes_its_own_axes() -> None:
    import matplotlib.pyplot as plt

    assert record(3).plot().get_ylabel() == "loss"
    plt.close("all")
