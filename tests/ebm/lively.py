"""Machines whose units depend on each other and are biased, so that a slip shows."""

import torch

from genbook.ebm import RBM
from genbook.numerics import seeded


def lively_rbm(visible, hidden, seed=0, scale=1.0):
    """An RBM in double precision with normal weights of deviation `scale` and standard normal biases."""
    with seeded(seed):
        rbm = RBM(visible, hidden, scale).double()
        with torch.no_grad():
            rbm.c.normal_()
            rbm.visible.b.normal_()
    return rbm
