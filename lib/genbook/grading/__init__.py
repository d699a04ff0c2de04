"""Assignments that mark themselves: the public checks, and what a judge needs to run them."""
