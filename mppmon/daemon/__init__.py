"""The daemon: all parts at work in one process, brought up from the engine outwards."""

from mppmon.daemon.options import Options
from mppmon.daemon.serve import leave, serve
from mppmon.daemon.systemd import Systemd

__all__ = ["Options", "Systemd", "leave", "serve"]
