"""Variational autoencoders and their relatives: the chapter is still to come."""
