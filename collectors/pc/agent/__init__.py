"""The agent on a counter PC: shows its state as Prometheus text, and does nothing else.

Needs psutil and prometheus-client only, and imports nothing of the tree but itself, so that it can be a small
distribution of its own.
"""

__version__ = "0.1.0"
