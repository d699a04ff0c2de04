"""What the models of this book promise, as protocols: a model that has the method keeps the promise.

There is no base class. A method whose promise a model cannot keep does not exist on that model, so
`isinstance(model, HasLogProb)` asks what a model can answer. Units are nats throughout.
"""

from typing import Any, Literal, Protocol, runtime_checkable

from torch import Tensor

Measure = Literal["counting", "lebesgue"]


@runtime_checkable
class HasSample(Protocol):
    """Draws from the modelled distribution."""

    def sample(self, n: int) -> Tensor:
        """Return `n` independent draws, shape (n, *event)."""
        ...


@runtime_checkable
class HasLogProb(Protocol):
    """An exact, normalised density or mass function with respect to `measure`."""

    measure: Measure

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) in nats, shape (B,)."""
        ...


@runtime_checkable
class HasElbo(Protocol):
    """A lower bound on the log-likelihood: E[elbo(x)] <= log p(x)."""

    def elbo(self, x: Tensor) -> Tensor:
        """Return an unbiased estimate of the bound in nats, shape (B,)."""
        ...


@runtime_checkable
class HasEnergy(Protocol):
    """An unnormalised density: p(x) is proportional to exp(-energy(x))."""

    def energy(self, x: Tensor) -> Tensor:
        """Return E(x), shape (B,)."""
        ...


@runtime_checkable
class HasLoss(Protocol):
    """Something that `training.fit` can minimise."""

    def loss(self, x: Tensor) -> Tensor:
        """Return a scalar; the model's docstring states the unit."""
        ...


@runtime_checkable
class Stepwise(Protocol):
    """A model that gives the distribution of the next symbol, one position at a time: enough to sample or to compress.

    `output` turns a row of parameters into a distribution over one variable (see `genbook.nn.outputs`).
    """

    output: Any

    def start(self, n: int) -> tuple[Tensor, Any]:
        """Return the parameters of the first variable for n sequences, shape (n, output.size), and a cache."""
        ...

    def step(self, state: Any, x_t: Tensor) -> tuple[Tensor, Any]:
        """Feed x_t (n,), the value of the variable just generated; return what `start` returns, for the next."""
        ...


@runtime_checkable
class Autoregressive(Stepwise, Protocol):
    """A product of conditionals p(x_i | x_<i), evaluated at once or one position at a time.

    `order[t]` is the index of the variable that is generated t-th (raster order: order[t] = t).
    """

    order: Tensor

    def conditionals(self, x: Tensor) -> Tensor:
        """Return the parameters of every p(x_i | x_<i) in one pass, shape (B, D, output.size)."""
        ...


@runtime_checkable
class Transform(Protocol):
    """An invertible map between data x and noise z, with the logarithm of its volume change for every example.

    The direction is fixed in the whole book: `forward` goes from data to noise.
    """

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z = f(x) and log |det df/dx|: (B, *event) -> (B, *event), (B,)."""
        ...

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x = f^-1(z) and log |det df^-1/dz|: (B, *event) -> (B, *event), (B,)."""
        ...


@runtime_checkable
class HasPlayers(Protocol):
    """A game between a generator and a critic; each loss is minimised over the parameters of its own player."""

    generator: Any
    critic: Any

    def critic_loss(self, x: Tensor, z: Tensor) -> Tensor:
        """Return what the critic minimises on data x (B, *event) and noise z (B, K), shape ()."""
        ...

    def generator_loss(self, z: Tensor) -> Tensor:
        """Return what the generator minimises on noise z (B, K), shape ()."""
        ...
