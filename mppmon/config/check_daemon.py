"""Cross-checks of `daemon.yaml`."""

import ipaddress

from mppmon.config.check_online import url_expected
from mppmon.config.draft import Draft
from mppmon.config.problem import quoted

FILE = "daemon.yaml"


def check_daemon(draft: Draft) -> None:
    """Judge addresses and URLs: none may carry a password, and the web stays on loopback until it has a sign-in."""
    daemon = draft.daemon
    if daemon is None:
        return
    if daemon.public_url is not None:
        draft.judge(FILE, ("public_url",), daemon.public_url, url_expected)
    if daemon.listen_host != "localhost" and not _is_loopback(daemon.listen_host):
        draft.error(
            FILE,
            ("listen_host",),
            quoted(daemon.listen_host),
            "127.0.0.1 or ::1: there is no sign-in yet",
            "put a reverse proxy before it",
        )
    intervals = daemon.intervals
    _rises(draft, ("intervals", "confirm"), intervals.confirm)
    for kind, its in intervals.kinds.items():
        _rises(draft, ("intervals", "kinds", kind.value, "confirm"), its.confirm or ())
    keep = daemon.keep
    longest = max(keep.commands_days, keep.messages_days, keep.alerts_days)
    if keep.audit_days < longest:
        expected = f"at least {longest}: who did what is kept longer than what came of it"
        draft.error(FILE, ("keep", "audit_days"), str(keep.audit_days), expected)


def _rises(draft: Draft, path: tuple[str, ...], confirm: tuple[float, ...]) -> None:
    if list(confirm) != sorted(set(confirm)):
        draft.error(FILE, path, "seconds out of order", "seconds that rise, such as [0.5, 1.5, 3.0]")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
