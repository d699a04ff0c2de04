"""The package behind the pages of genbook, a textbook on deep generative models."""

__version__ = "0.1.0"
