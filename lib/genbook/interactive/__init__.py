"""Live figures and explorations for notebooks."""

from genbook.interactive.explore import explore_sampler
from genbook.interactive.export import made_bytes, made_from_bytes
from genbook.interactive.widgets import kl_tug_of_war, made_masks, made_sampler

__all__ = ["explore_sampler", "kl_tug_of_war", "made_bytes", "made_from_bytes", "made_masks", "made_sampler"]
