"""Normalizing flows: the chapter is still to come."""
