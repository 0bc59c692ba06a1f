"""Figures, one JSON line each."""
