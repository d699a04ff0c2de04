"""What the measured flows on digits are to reach, three seeds each."""

import pytest

from genbook import results

ROWS = {row["model"]: row["runs"] for row in results.read("flow_digits")["rows"]}
HISTOGRAM, MARK = 106.4, 93.0  # nats an image: the per-pixel histogram, and what the best flow is to reach


def mean(name: str) -> float:
    return sum(run["test"] for run in ROWS[name]) / len(ROWS[name])


@pytest.mark.parametrize("name", ROWS)
def test_every_image_flow_is_below_the_histogram(name):
    assert len(ROWS[name]) == 3
    assert all(run["test"] < HISTOGRAM and run["seconds"] < 60 for run in ROWS[name])


def test_the_best_flow_pays_at_most_93_nats():
    assert min(mean(name) for name in ROWS) <= MARK


def test_a_better_input_map_is_worth_more_than_the_seeds_differ():
    by_logit, by_histogram = ([run["test"] for run in ROWS[name]] for name in ("Spline MAF, logit", "Spline MAF"))
    assert max(by_histogram) < min(by_logit)
