"""Observations and commands in, decisions, one transaction, effects out. The sole writer."""
