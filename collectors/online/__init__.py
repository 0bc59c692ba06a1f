"""Agencies' online systems."""
