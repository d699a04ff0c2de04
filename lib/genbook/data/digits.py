"""The 1,797 handwritten digits of 8x8 pixels that come inside scikit-learn."""

from itertools import pairwise

import torch

from genbook.data.labelled import Labelled, Splits

TRAIN, VALID = 1000, 350  # the rest, 447, is the test part
LEVELS = 17


def digits(binary: bool = False) -> Splits:
    """Return the handwritten digits in file order: the first 1,000 to train, 350 to validate, 447 to test.

    Each part is `Labelled`: x (N, 64), float, whole grey levels 0 to 16 in raster order (16 is ink), and y (N,), int64,
    classes 0 to 9. With `binary=True` a pixel is 1.0 where its level is at least 8, else 0.0. The split is that of
    Tomczak (2022, Deep Generative Modeling), so numbers compare.

    Source: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI; the test file of that set.

    >>> data = digits()
    >>> data.train.x.shape, data.valid.x.shape, data.test.x.shape
    (torch.Size([1000, 64]), torch.Size([350, 64]), torch.Size([447, 64]))
    """
    if not isinstance(binary, bool):
        raise TypeError(f"binary is {binary!r}, expected True or False.")
    from sklearn.datasets import load_digits  # noqa: PLC0415 - heavy, and only needed here

    source = load_digits()
    x = torch.tensor(source.data, dtype=torch.float32)  # (1797, 64)
    if binary:
        x = (x >= 8).float()
    whole = Labelled(x, torch.tensor(source.target, dtype=torch.int64))
    ends = (0, TRAIN, TRAIN + VALID, len(x))
    return Splits(*(Labelled(*(part[a:b].clone() for part in whole)) for a, b in pairwise(ends)))
