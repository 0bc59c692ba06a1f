"""A small mall as `/metrics` shows it: what docs/metrics.md promises, for tests that need a page and not the daemon.

A card printer at counter a3 is jammed, so one service is interrupted; an online system cannot be asked; toner runs out.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

SITE = 'site="mpp"'
KINDS = {
    "a3-pc": "pc",
    "a3-card": "card-printer",
    "a1-printer": "printer",
    "sw-core": "switch",
    "siak": "online-system",
}
DOWN, UNKNOWN = {"a3-card"}, {"siak"}
SUPPLIES = {("a1-printer", "1", "toner"): 0.04, ("a1-printer", "2", "drum"): 0.6, ("a3-card", "1", "ribbon"): 0.31}
DELIVERIES = {  # service, counter, agency: state, citizens an hour
    ("ktp", "a3", "dukcapil"): ("interrupted", 12),
    ("ktp", "a2", "dukcapil"): ("delivered", 12),
    ("akta", "a3", "dukcapil"): ("unknown", 5),
    ("sim", "b1", "polres"): ("degraded", 8),
}


def family(name: str, kind: str, samples: dict[str, float]) -> str:
    """Return one family of the text format: `samples` maps the labels (and a suffix before `{`) to the value."""
    body = "".join(f"{name}{labels} {value}\n" for labels, value in samples.items())
    return f"# HELP {name} See docs/metrics.md.\n# TYPE {name} {kind}\n{body}"


def state_of(device: str) -> str:
    """Return the device's state."""
    return "down" if device in DOWN else "unknown" if device in UNKNOWN else "up"


def states(device: str, kind: str) -> dict[str, float]:
    """Return the state set of a device."""
    return {
        f'{{{SITE},device="{device}",kind="{kind}",state="{state}"}}': float(state == state_of(device))
        for state in ("up", "down", "unknown")
    }


def lateness(polls: int) -> str:
    """Return the histogram after so many polls: nine in ten within 10 ms, all within a second."""
    buckets = {'_bucket{le="0.01"}': 0.9 * polls, '_bucket{le="1"}': polls, '_bucket{le="+Inf"}': polls}
    return family(
        "mppmon_daemon_poll_lateness_seconds", "histogram", {**buckets, "_sum": 0.05 * polls, "_count": polls}
    )


def page(scrapes: int, at: float) -> str:
    """Return the page at the given scrape (counters have grown since the last) and Unix time."""
    devices = {labels: value for device, kind in KINDS.items() for labels, value in states(device, kind).items()}
    deliveries = {
        f'{{{SITE},service="{service}",counter="{counter}",agency="{agency}",state="{state}"}}': float(state == present)
        for (service, counter, agency), (present, _) in DELIVERIES.items()
        for state in ("delivered", "degraded", "interrupted", "unknown")
    }
    citizens: dict[str, float] = {
        f'{{{SITE},service="{service}",counter="{counter}",agency="{agency}"}}': hourly
        for (service, counter, agency), (_, hourly) in DELIVERIES.items()
    }
    supplies = {
        f'{{{SITE},device="{device}",kind="{KINDS[device]}",supply="{supply}",type="{kind}"}}': ratio
        for (device, supply, kind), ratio in SUPPLIES.items()
    }
    polls = {
        '{way="snmp",outcome="ok"}': 90.0 * scrapes,
        '{way="http",outcome="timeout"}': 1.0 * scrapes,
    }
    return "".join(
        [
            family("mppmon_device_reach", "gauge", devices),
            family("mppmon_device_function", "gauge", devices),
            family("mppmon_site_blind", "gauge", {f"{{{SITE}}}": 0}),
            family("mppmon_service_delivery", "gauge", deliveries),
            family("mppmon_service_citizens_per_hour", "gauge", citizens),
            family(
                "mppmon_incidents_open",
                "gauge",
                {f'{{{SITE},status="open"}}': 1, f'{{{SITE},status="acknowledged"}}': 2},
            ),
            family("mppmon_printer_supply_ratio", "gauge", supplies),
            family("mppmon_daemon_polls_total", "counter", polls),
            lateness(91 * scrapes),
            family("mppmon_daemon_queue_depth", "gauge", {"": 0}),
            family(
                "mppmon_daemon_sends_total", "counter", {'{channel="mail",outcome="sent",reason=""}': 1.0 * scrapes}
            ),
            family("mppmon_daemon_outbox_pending", "gauge", {"": 0}),
            family("mppmon_daemon_missed_runs_total", "counter", {'{job="backup"}': 0}),
            family("mppmon_daemon_last_seen_seconds", "gauge", {"": at}),
            family("mppmon_daemon_clock_jumps_total", "counter", {"": 0}),
        ]
    )


@contextmanager
def served(at: float) -> Iterator[str]:
    """Serve the page on a free loopback port, and give `host:port`."""
    scrapes = count(1)

    class Handler(BaseHTTPRequestHandler):
        """Answer every GET with the page."""

        def do_GET(self) -> None:
            body = page(next(scrapes), at).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the tests' output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
