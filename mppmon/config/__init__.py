"""YAML directory -> validated, revisioned mall; holidays and recurrence are resolved here into plain intervals."""

from mppmon.config.load import from_normalised, load
from mppmon.config.loaded import DaemonSettings, Loaded
from mppmon.config.problem import ConfigErrors, Problem
from mppmon.config.schema import schemas
from mppmon.config.timing import Timing, timings

__all__ = [
    "ConfigErrors",
    "DaemonSettings",
    "Loaded",
    "Problem",
    "Timing",
    "from_normalised",
    "load",
    "schemas",
    "timings",
]
