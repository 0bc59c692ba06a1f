"""What Prometheus scrapes: cached text of everything observed and decided, and the daemon about itself.

Why not prometheus-client for all of it: docs/adr/0007-metrics-from-cached-chunks.md.
"""

from mppmon.config.families import FAMILIES, Metric
from mppmon.exporter.exporter import CONTENT_TYPE, Exporter
from mppmon.exporter.itself import SelfMetrics

__all__ = ["CONTENT_TYPE", "FAMILIES", "Exporter", "Metric", "SelfMetrics"]
