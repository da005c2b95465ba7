"""Briefings as files that are handed over, and as what is shown full screen."""
