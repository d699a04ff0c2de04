"""Training an RBM without its normaliser: where the draws of the negative phase come from."""

from torch import Tensor, nn

from genbook.checks import check_batch, check_count
from genbook.ebm.rbm import RBM, block_gibbs


def contrastive_divergence(rbm: RBM, x: Tensor, k: int = 1) -> Tensor:
    """Return the CD-k loss, shape (): x_model is what k block Gibbs steps make of the data (Hinton 2002).

    For k = 0 its gradient would be zero; for k to infinity it is an unbiased estimate of that of -log p.
    """
    check_batch(x, (rbm.visible.dim,))
    check_count(k, "k")
    return rbm.loss(x, block_gibbs(rbm, x, k))


class Persistent(nn.Module):
    """Persistent contrastive divergence: chains that go on from update to update (Tieleman 2008).

    The chains are a buffer, so copies and checkpoints hold them. Train it in place of the RBM, whose parameters it
    owns: `fit(persistent.loss, persistent, ...)`.

    >>> import torch
    >>> from genbook.ebm import BernoulliVisible
    >>> persistent = Persistent(RBM(BernoulliVisible(4), hidden=2), torch.zeros(10, 4), steps=1)
    >>> persistent.loss(torch.ones(3, 4)).shape
    torch.Size([])
    """

    def __init__(self, rbm: RBM, chains: Tensor, steps: int = 1) -> None:
        """Start one chain at each row of `chains` (N, V); every loss advances them by `steps` block Gibbs steps."""
        super().__init__()
        check_batch(chains, (rbm.visible.dim,), "chains")
        check_count(steps, "steps")
        self.rbm, self.steps = rbm, steps
        self.register_buffer("chains", chains.clone())

    def loss(self, x: Tensor) -> Tensor:
        """Advance the chains and return the loss of the data x (B, V) against them, shape ()."""
        self.chains = block_gibbs(self.rbm, self.chains, self.steps)
        return self.rbm.loss(x, self.chains)
