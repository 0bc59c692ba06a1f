"""Cross-checks of `daemon.yaml`."""

import ipaddress
from urllib.parse import urlsplit

from mppmon.config.check_devices import url_expected
from mppmon.config.draft import Draft
from mppmon.config.problem import quoted

FILE = "daemon.yaml"


def check_daemon(draft: Draft) -> None:
    """Judge addresses and URLs: none may carry a password, and the web stays on loopback until it has a sign-in."""
    daemon = draft.daemon
    if daemon is None:
        return
    for key in ("public_url", "prometheus_url"):
        url = getattr(daemon, key)
        if url is not None:
            draft.judge(FILE, (key,), url, url_expected)
    if daemon.database is not None:
        _database(draft, daemon.database)
    if daemon.listen_host != "localhost" and not _is_loopback(daemon.listen_host):
        draft.error(
            FILE,
            ("listen_host",),
            quoted(daemon.listen_host),
            "127.0.0.1 or ::1: there is no sign-in yet",
            "put a reverse proxy before it",
        )
    if not daemon.intervals.confirm or list(daemon.intervals.confirm) != sorted(set(daemon.intervals.confirm)):
        draft.error(
            FILE, ("intervals", "confirm"), "no rising list", "seconds in rising order, such as [0.5, 1.5, 3.0]"
        )


def _database(draft: Draft, url: str) -> None:
    """Judge the URL without repeating it: it may contain a password."""
    try:
        parts = urlsplit(url)
        secret = parts.password is not None or "password=" in parts.query
    except ValueError:
        draft.error(FILE, ("database",), "what is no URL", "a URL such as postgresql://mppmon@db/mppmon")
        return
    if secret:
        draft.error(
            FILE, ("database",), "a password in the URL", "a URL without one", "PGPASSFILE names a file with it"
        )
    elif parts.scheme.partition("+")[0] not in {"sqlite", "postgresql"}:
        draft.error(FILE, ("database",), f"scheme {quoted(parts.scheme)}", "sqlite or postgresql")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
