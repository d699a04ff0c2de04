"""Diffusion and score models: the chapter is still to come."""
