"""Starting a report child: fixed argv, capped JSON over pipes. A long report never holds up polls or pages."""

import asyncio
import json
import subprocess
import sys

from mppmon.reports.request import ReportError, Request
from mppmon.store.codec import encode

REQUEST_LIMIT = 65_536
ANSWER_LIMIT = 32 * 1024 * 1024
_ARGV = (sys.executable, "-P", "-m", "mppmon.reports")


def run_report(request: Request, *, timeout: float = 60.0) -> bytes:
    """Return the report, made by a child process. ReportError when there is none, also after `timeout` seconds."""
    try:
        done = subprocess.run(  # noqa: S603  # fixed argv, no shell
            _ARGV, input=_sent(request), stdout=subprocess.PIPE, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        raise _late(timeout) from None
    return _report(done.stdout)


async def run_report_async(request: Request, *, timeout: float = 60.0) -> bytes:  # noqa: ASYNC109  # ends the child too
    """Do as `run_report`, without holding up the loop. Cancelled, it ends the child."""
    child = await asyncio.create_subprocess_exec(*_ARGV, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        async with asyncio.timeout(timeout):
            out, _ = await child.communicate(_sent(request))
    except TimeoutError:
        raise _late(timeout) from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return _report(out)


def _late(timeout: float) -> ReportError:
    return ReportError("timeout", f"the report was not ready after {timeout:g} s and was given up")


def _sent(request: Request) -> bytes:
    sent = encode(request).encode("ascii")
    if len(sent) > REQUEST_LIMIT:
        raise ReportError("request", f"the request has {len(sent)} bytes, expected at most {REQUEST_LIMIT}")
    return sent


def _report(out: bytes) -> bytes:
    if len(out) > ANSWER_LIMIT:
        raise ReportError("failed", f"the report has more than {ANSWER_LIMIT} bytes")
    try:
        answer = json.loads(out)
        if "error" in answer:
            raise ReportError(str(answer["error"]), str(answer["message"]))
        return str(answer["report"]).encode()
    except (ValueError, KeyError, TypeError):
        raise ReportError("failed", "the report child ended without an answer; its log says why") from None
