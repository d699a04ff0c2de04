"""Critics whose last layer reads features that other losses can use, too."""

from torch import Tensor, nn

from genbook.checks import check_count


class FeatureCritic(nn.Module):
    """A score that is linear in features: `body` maps (B, *event) to (B, F), the score is w . features(x) + b, (B,).

    Raises:
        TypeError, ValueError: `width`, the number F of features, is not a whole number of at least 1.

    >>> import torch
    >>> critic = FeatureCritic(nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU()), 8)
    >>> critic.features(torch.zeros(3, 2)).shape, critic(torch.zeros(3, 2)).shape
    (torch.Size([3, 8]), torch.Size([3]))
    """

    def __init__(self, body: nn.Module, width: int) -> None:
        """Draw the weights of the last layer."""
        super().__init__()
        check_count(width, "width")
        self.body, self.head = body, nn.Linear(width, 1)

    def features(self, x: Tensor) -> Tensor:
        """Return what the score is read from, shape (B, F)."""
        return self.body(x)

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores, shape (B,)."""
        return self.head(self.features(x))[:, 0]


class ClassCritic(nn.Module):
    """A classifier of K real classes and one of fakes, as a critic (Salimans et al. 2016, section 5).

    Only differences of logits matter, so the logit of the class "generated" is fixed at 0. The probability of real is
    then D(x) = Z / (Z + 1) with Z = sum_k exp(logits_k), whose logit, the score, is log Z.

    Raises:
        TypeError, ValueError: `width` or `classes` is not a whole number of at least 1.

    >>> import torch
    >>> critic = ClassCritic(nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU()), 8, classes=5)
    >>> critic.logits(torch.zeros(3, 2)).shape, critic(torch.zeros(3, 2)).shape
    (torch.Size([3, 5]), torch.Size([3]))
    """

    def __init__(self, body: nn.Module, width: int, classes: int) -> None:
        """Draw the weights of the last layer."""
        super().__init__()
        check_count(width, "width")
        check_count(classes, "classes")
        self.body, self.head = body, nn.Linear(width, classes)

    def features(self, x: Tensor) -> Tensor:
        """Return what the logits are read from, shape (B, F)."""
        return self.body(x)

    def logits(self, x: Tensor) -> Tensor:
        """Return the logits of the K real classes, shape (B, K): softmax gives p(y | x, real)."""
        return self.head(self.features(x))

    def forward(self, x: Tensor) -> Tensor:
        """Return log Z, the logit of "real", shape (B,)."""
        return self.logits(x).logsumexp(1)
