"""Generative adversarial networks: the chapter is still to come."""
