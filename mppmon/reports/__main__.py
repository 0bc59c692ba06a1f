"""The report child: one request as JSON on stdin, the report or an error as JSON on stdout. It only reads."""

import json
import sys
from datetime import date

from mppmon import config
from mppmon.i18n import speech
from mppmon.mall.model import Mall
from mppmon.reports.child import ANSWER_LIMIT, REQUEST_LIMIT
from mppmon.reports.data import to_csv, to_json
from mppmon.reports.gather import agency_report
from mppmon.reports.request import Format, ReportError, Request
from mppmon.reports.text import table
from mppmon.store import Store, StoreError
from mppmon.store.codec import decode


def main() -> int:
    """Answer one request. The exit status is 0 whenever an answer was written, an error too."""
    given = sys.stdin.buffer.read(REQUEST_LIMIT + 1)
    try:
        answer = {"report": _written(given)}
    except ReportError as error:
        answer = {"error": error.word, "message": str(error)}
    except StoreError as error:
        answer = {"error": "database", "message": str(error)}
    out = json.dumps(answer)
    if len(out) > ANSWER_LIMIT:
        out = json.dumps({"error": "failed", "message": f"the report has more than {ANSWER_LIMIT} bytes"})
    sys.stdout.write(out)
    return 0


def _written(given: bytes) -> str:
    if len(given) > REQUEST_LIMIT:
        raise ReportError("request", f"found more than {REQUEST_LIMIT} bytes")
    request = decode(Request, given.decode("ascii", "replace"))
    with Store.open(request.database, read_only=True) as store:
        report = agency_report(store, request, _mall)
    if request.format is Format.JSON:
        return to_json(report)
    if request.format is Format.CSV:
        return to_csv(report)
    return table(report, speech(report.timezone)(request.language))


def _mall(normalised: str, day: date) -> Mall:
    """Build the mall of a stored config. ReportError `no-config` if this mppmon cannot read it any more."""
    try:
        return config.from_normalised(normalised, today=day).mall
    except config.ConfigErrors as error:
        raise ReportError("no-config", str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
