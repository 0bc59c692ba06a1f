"""The daemon: all parts at work in one process, brought up from the engine outwards."""

from mppmon.daemon.options import Options
from mppmon.daemon.serve import leave, serve

__all__ = ["Options", "leave", "serve"]
