"""Traps and informs: a reason to look at a device at once, never themselves the truth."""
