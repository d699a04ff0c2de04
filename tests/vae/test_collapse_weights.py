"""The strong decoder of the page gives what its card states, and the table of remedies says what the page claims."""

import pytest

from genbook import results
from genbook.autoregressive import GatedStacks, LocatedStacks, PixelCNN, Thermometer
from genbook.data import digits
from genbook.evaluation import nats
from genbook.nn.outputs import DiscretizedLogisticMixture
from genbook.training import load_weights, shipped
from genbook.vae.delta_vae import AR1

MIXTURE = DiscretizedLogisticMixture(levels=17, components=5)


def test_the_decoder_gives_what_its_card_states() -> None:
    model = PixelCNN(GatedStacks(16, MIXTURE.size, 20, (7, 7)), MIXTURE, (1, 8, 8), Thermometer(17))
    card = load_weights(model.eval(), "collapse-pixelcnn")
    assert nats(model, digits().test.x).mean == pytest.approx(card["metrics"]["test nats, ="], abs=0.01)
    assert shipped("collapse-pixelcnn").stat().st_size < 3_000_000


def test_a_decoder_that_hears_maps_starts_as_the_one_that_does_not() -> None:
    listens = PixelCNN(LocatedStacks(16, MIXTURE.size, 8, 20, (7, 7)), MIXTURE, (1, 8, 8), Thermometer(17))
    deaf = PixelCNN(GatedStacks(16, MIXTURE.size, 20, (7, 7)), MIXTURE, (1, 8, 8), Thermometer(17))
    missing, unexpected = listens.load_state_dict(deaf.state_dict(), strict=False)
    assert not unexpected and missing and all("located" in name for name in missing)
    x, c = digits().test.x[:2], digits().test.x.new_ones(2, 8, 8, 8)
    assert (listens.eval().log_prob(x, c) == deaf.eval().log_prob(x)).all()


def test_collapse_is_reproduced_and_the_remedies_hold_their_floors() -> None:
    table = {row["model"]: row["runs"] for row in results.read("posterior_collapse")["rows"]}
    assert all(len(runs) == 3 for runs in table.values())
    rates = {name: [run["rate"] for run in runs] for name, runs in table.items() if "rate" in runs[0]}
    assert max(rates["PixelCNN decoder"]) < 0.1
    assert min(rates["free bits"]) > 4.0
    assert min(rates["delta-VAE"]) > AR1(0.8, 8, 2).floor
    assert min(rates["decoder sees only its neighbours"]) > 1.0
