"""What happened during training: losses, measurements, time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass
class History:
    """The record of a training run; step s means: measured with the weights after s updates.

    Attributes:
        steps, losses: one entry an update, the loss on its batch before the update, in the loss's own unit.
        metrics: other measurements by name, each a list of (step, value).
        seconds, cpu_seconds: wall time and CPU time of the loop, all processors of this process together;
            both count on when a run is resumed.

    >>> history = History()
    >>> history.add_loss(0, 2.0)
    >>> history.add("valid", 1, 1.5)
    >>> history.steps, history.losses, history.metrics
    ([0], [2.0], {'valid': [(1, 1.5)]})
    """

    steps: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    metrics: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    def add_loss(self, step: int, value: float) -> None:
        """Record the loss of one update."""
        self.steps.append(step)
        self.losses.append(value)

    def add(self, name: str, step: int, value: float) -> None:
        """Record one measurement of the metric `name`."""
        self.metrics.setdefault(name, []).append((step, value))

    def recent(self, count: int = 50) -> float:
        """Return the mean of the last `count` losses (nan before the first)."""
        last = self.losses[-count:]
        return sum(last) / len(last) if last else float("nan")

    def plot(self, ax: Axes | None = None, unit: str = "") -> Axes:
        """Draw the loss (faint), its running mean over 1/50 of the run, and every metric; return the axes.

        `unit` is what the vertical axis is measured in, for instance "nats".
        """
        if ax is None:
            import matplotlib.pyplot as plt  # noqa: PLC0415 - training must not need a plotting library

            _, ax = plt.subplots()
        window = max(1, len(self.losses) // 50)
        (line,) = ax.plot(self.steps, self.losses, alpha=0.3 if window > 1 else 1.0, label="loss")
        if window > 1:
            ax.plot(
                self.steps[window - 1 :], _running_mean(self.losses, window), color=line.get_color(), label="mean loss"
            )
        for name, points in self.metrics.items():
            ax.plot(*zip(*points, strict=True), marker="." if len(points) < 50 else "", label=name)
        ax.set_xlabel("step")
        ax.set_ylabel(f"loss ({unit})" if unit else "loss")
        ax.legend()
        return ax

    def state_dict(self) -> dict[str, Any]:
        """Return everything as plain numbers, for a checkpoint."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        for name in self.__dataclass_fields__:
            setattr(self, name, state[name])


def _running_mean(values: list[float], window: int) -> list[float]:
    total, means = sum(values[:window]), []
    for i in range(window, len(values) + 1):
        means.append(total / window)
        if i < len(values):
            total += values[i] - values[i - window]
    return means
