"""What holds for every test: one thread (two that spin on busy cores are ten times slower) and no timed verdicts."""

import torch
from hypothesis import settings

torch.set_num_threads(1)
settings.register_profile("genbook", deadline=None)
settings.load_profile("genbook")
