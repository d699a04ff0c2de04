"""Translation between two sets of images that nobody has paired: two generators that must undo each other."""

import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from genbook.checks import check_batch, check_count
from genbook.gan.dcgan import KERNEL, PADDING, STRIDE
from genbook.gan.objectives import Objective
from genbook.protocols import HasSample


class Translator(nn.Module):
    """Images to images, (B, channels, H, W) -> same shape in [-1, 1] (after Zhu et al. 2017, section 4, smaller).

    A convolution, one that halves the side, `blocks` residual blocks, a transposed one that doubles it, a last one with
    tanh; instance normalisation and ReLU in between. H and W are even.
    """

    def __init__(self, width: int, blocks: int = 2, channels: int = 1) -> None:
        """Draw the weights."""
        super().__init__()
        for name, value in {"width": width, "blocks": blocks, "channels": channels}.items():
            check_count(value, name)
        self.channels = channels
        self.network = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1),
            nn.InstanceNorm2d(width, affine=True),
            nn.ReLU(),
            nn.Conv2d(width, 2 * width, KERNEL, STRIDE, PADDING),
            nn.InstanceNorm2d(2 * width, affine=True),
            nn.ReLU(),
            *(ResidualBlock(2 * width) for _ in range(blocks)),
            nn.ConvTranspose2d(2 * width, width, KERNEL, STRIDE, PADDING),
            nn.InstanceNorm2d(width, affine=True),
            nn.ReLU(),
            nn.Conv2d(width, channels, 3, padding=1),
            nn.Tanh(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the translated images."""
        return self.network(x)


class ResidualBlock(nn.Module):
    """h + two 3x3 convolutions of h with instance normalisation, the first followed by ReLU (He et al. 2016)."""

    def __init__(self, width: int) -> None:
        """Draw the weights."""
        super().__init__()
        self.network = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1),
            nn.InstanceNorm2d(width, affine=True),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.InstanceNorm2d(width, affine=True),
        )

    def forward(self, h: Tensor) -> Tensor:
        """Return the block's output."""
        return h + self.network(h)


class PatchCritic(nn.Module):
    """Images (B, channels, H, W) -> scores (B, patches): one score a patch, as in Isola et al. (2017, section 3.2.2).

    Two strided convolutions and one that reads a score at each place; a score sees 22 x 22 pixels.
    """

    def __init__(self, width: int, channels: int = 1) -> None:
        """Draw the weights."""
        super().__init__()
        check_count(width, "width")
        self.network = nn.Sequential(
            nn.Conv2d(channels, width, KERNEL, STRIDE, PADDING),
            nn.LeakyReLU(0.2),
            nn.Conv2d(width, 2 * width, KERNEL, STRIDE, PADDING),
            nn.InstanceNorm2d(2 * width, affine=True),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * width, 1, KERNEL, padding=PADDING),
            nn.Flatten(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of the patches."""
        return self.network(x)


class ImagePool:
    """The last generated images: the critic sees, half of the time, an older one instead (Shrivastava et al. 2017).

    Until `size` images are kept each call keeps and returns what it is given. After that every image is, with
    probability 1/2, returned as it is, and otherwise swapped with a kept one.

    Raises:
        TypeError, ValueError: size is no whole number of at least 1, or a batch is larger than the pool.
    """

    def __init__(self, size: int = 64) -> None:
        """Begin empty."""
        check_count(size, "size")
        self.size = size
        self.kept: Tensor | None = None

    def __call__(self, x: Tensor) -> Tensor:
        """Return x (B, *event) with about half of its rows replaced by older ones."""
        if len(x) > self.size:
            raise ValueError(f"the batch has {len(x)} images and the pool {self.size}, expected a pool of that size.")
        if self.kept is None or len(self.kept) < self.size:
            self.kept = x.clone() if self.kept is None else torch.cat([self.kept, x])[: self.size]
            return x
        slots = torch.randperm(self.size, device=x.device)[: len(x)]
        swap = (torch.rand(len(x), device=x.device) < 0.5).view(-1, *[1] * (x.dim() - 1))
        old = self.kept[slots]
        self.kept[slots] = torch.where(swap, x, old)
        return torch.where(swap, old, x)


class Couples(nn.Module):
    """Unpaired couples: sample(n) -> (n, 2, *event), a random row of `a` beside an independent random row of `b`.

    >>> Couples(torch.zeros(5, 1, 4, 4), torch.ones(7, 1, 4, 4)).sample(3).shape
    torch.Size([3, 2, 1, 4, 4])
    """

    def __init__(self, a: Tensor, b: Tensor) -> None:
        """Keep both sets, (N, *event) and (M, *event); they are no part of the model's state."""
        super().__init__()
        check_batch(a, a.shape[1:] if isinstance(a, Tensor) else (), "a")
        check_batch(b, a.shape[1:], "b")
        self.register_buffer("a", a, persistent=False)
        self.register_buffer("b", b, persistent=False)

    def sample(self, n: int) -> Tensor:
        """Draw n couples."""
        check_count(n)
        sides = [x[torch.randint(len(x), (n,), device=x.device)] for x in (self.a, self.b)]
        return torch.stack(sides, 1)


class CycleGAN(nn.Module):
    """Two games, a -> b and b -> a, tied by |F(G(a)) - a| and |G(F(b)) - b| (Zhu et al. 2017, eqs. 1 to 3).

    Examples come as unpaired couples (B, 2, *event). `generator` holds G and F and `critic` the critics of a and b;
    `cycle` and `identity` weigh the mean absolute errors of the round trips and of G(b) - b, F(a) - a (section 5.2).
    """

    def __init__(
        self,
        translators: tuple[nn.Module, nn.Module],
        critics: tuple[nn.Module, nn.Module],
        latent: HasSample,
        objective: Objective,
        cycle: float = 10.0,
        identity: float = 0.0,
    ) -> None:
        """Join G and F, the critics of a and b, the source of couples, and the losses."""
        super().__init__()
        self.generator, self.critic = nn.ModuleList(translators), nn.ModuleList(critics)
        self.latent, self.objective, self.cycle, self.identity = latent, objective, cycle, identity
        self.pools = (ImagePool(), ImagePool())

    def to_b(self, a: Tensor) -> Tensor:
        """Return G(a)."""
        return self.generator[0](a)

    def to_a(self, b: Tensor) -> Tensor:
        """Return F(b)."""
        return self.generator[1](b)

    def critic_loss(self, x: Tensor, z: Tensor) -> Tensor:
        """Return what both critics minimise: real couples x against the translations of the couples z."""
        (a, b), (source_a, source_b) = _sides(x, "x"), _sides(z, "z")
        with torch.no_grad():
            fakes = self.pools[0](self.to_a(source_b)), self.pools[1](self.to_b(source_a))
        games = zip(self.critic, (a, b), fakes, strict=True)
        return sum((self.objective.critic(critic(real), critic(fake)) for critic, real, fake in games), x.new_zeros(()))

    def generator_loss(self, z: Tensor) -> Tensor:
        """Return what both generators minimise on couples z, shape ()."""
        a, b = _sides(z, "z")
        a_model, b_model = self.to_a(b), self.to_b(a)
        loss = self.objective.generator(self.critic[0](a_model)) + self.objective.generator(self.critic[1](b_model))
        loss = loss + self.cycle * (l1_loss(self.to_a(b_model), a) + l1_loss(self.to_b(a_model), b))
        if self.identity:
            loss = loss + self.identity * (l1_loss(self.to_b(b), b) + l1_loss(self.to_a(a), a))
        return loss


def _sides(couples: Tensor, name: str) -> tuple[Tensor, Tensor]:
    check_batch(couples, couples.shape[1:] if isinstance(couples, Tensor) else (2,), name)
    if couples.dim() < 3 or couples.shape[1] != 2:
        raise ValueError(f"{name} has shape {tuple(couples.shape)}, expected (B, 2, *event): unpaired couples.")
    a, b = couples.unbind(1)
    return a, b
