"""Measurements against what else could draw the same maps; `make bench` runs them."""
