"""What an agency really delivered, made in a short-lived child with a read-only database."""

from mppmon.reports.child import run_report, run_report_async
from mppmon.reports.request import Format, ReportError, Request

__all__ = ["Format", "ReportError", "Request", "run_report", "run_report_async"]
