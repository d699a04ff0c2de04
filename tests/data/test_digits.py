import pytest
import torch
from sklearn.datasets import load_digits

from genbook.data import digits


def test_split_is_the_file_in_order():
    source, data = load_digits(), digits()
    assert [len(part.x) for part in data] == [1000, 350, 447]
    x, y = torch.cat([part.x for part in data]), torch.cat([part.y for part in data])
    assert torch.equal(x.double(), torch.tensor(source.data)) and torch.equal(y, torch.tensor(source.target))
    assert x.dtype == torch.float32 and y.dtype == torch.int64
    assert set(x.unique().tolist()) == set(range(17))


def test_binarised_pixels_are_ink_from_level_eight():
    grey, binary = digits().test.x, digits(binary=True).test.x
    assert binary.dtype == torch.float32 and torch.equal(binary == 1, grey >= 8)
    assert set(binary.unique().tolist()) == {0.0, 1.0}


def test_parts_are_independent_copies():
    digits().train.x.zero_()
    assert digits().train.x.sum() > 0


def test_the_whole_set_moves():
    moved = digits().to("meta")
    assert {part.x.device.type for part in moved} | {part.y.device.type for part in moved} == {"meta"}


@pytest.mark.parametrize("binary", [1, "yes", None])
def test_bad_switch(binary):
    with pytest.raises(TypeError, match="expected True or False"):
        digits(binary=binary)
