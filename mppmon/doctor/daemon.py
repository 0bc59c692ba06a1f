"""The daemon itself: what it says over its control socket, and what it does not."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from mppmon import control
from mppmon.doctor.bound import in_thread
from mppmon.doctor.case import Answered, Case
from mppmon.doctor.finding import Finding, bad, fine, skipped, warn

_DAEMON, _READY, _QUEUE, _SEEN, _REVISION, _OUTBOX, _CANARY = (
    "daemon",
    "its parts",
    "queue",
    "last record",
    "configuration in use",
    "messages",
    "daily test messages",
)
_LONG_QUEUE, _MANY_MESSAGES = 1_000, 20
_OLD_SECONDS = 60.0
_PATIENCE = 2.0
_FIGURE = re.compile(r"^(mppmon_daemon_[a-z_]+) (\S+)$", re.MULTILINE)
_LABELS = re.compile(r"^mppmon_daemon_canary_failed\{([^}]*)\} (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(person|channel)="([^"]*)"')
_VERSION = re.compile(r'^mppmon_daemon_info\{[^}]*version="([0-9A-Za-z.+-]{1,40})"', re.MULTILINE)


def ask_daemon(socket: Path) -> Answered:
    """Ask over the control socket. Blocking; each read at most two seconds: a daemon that hangs says no more."""
    try:
        health = control.request(socket, "GET", "/healthz", timeout=_PATIENCE)
        if health.status_code == HTTPStatus.OK:
            ready = control.request(socket, "GET", "/readyz", timeout=_PATIENCE)
            status = control.request(socket, "GET", "/api/v1/status", timeout=_PATIENCE)
            metrics = control.request(socket, "GET", "/metrics", timeout=_PATIENCE)
            return answers_of(ready, status, metrics)
    except (control.Off, control.Denied, control.Broken) as error:
        return Answered(alive=False, why_not=str(error), known=not isinstance(error, control.Denied))
    return Answered(alive=False, why_not=f"{socket}: something else answers there (HTTP {health.status_code})")


def answers_of(ready: control.Answer, status: control.Answer, metrics: control.Answer) -> Answered:
    """Return what its answers say."""
    text = metrics.text if metrics.status_code == HTTPStatus.OK else ""
    version = _VERSION.search(text)
    said = _json(ready)
    parts = said.get("parts")
    return Answered(
        alive=True,
        known=status.status_code != HTTPStatus.FORBIDDEN,
        ready={str(key): bool(value) for key, value in parts.items()} if isinstance(parts, dict) else {},
        status=_json(status) if status.status_code == HTTPStatus.OK else {},
        figures={name: float(value) for name, value in _FIGURE.findall(text)},
        version=version[1] if version else "",
        canaries=_canaries(text),
        now=_time(said.get("now")),
    )


def _time(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _canaries(text: str) -> dict[tuple[str, str], bool]:
    found = ((dict(_LABEL.findall(labels)), float(failed)) for labels, failed in _LABELS.findall(text))
    return {(labels.get("person", ""), labels.get("channel", "")): not failed for labels, failed in found}


def _json(answer: control.Answer) -> Mapping[str, Any]:
    try:
        found = answer.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


async def check_daemon(case: Case) -> Sequence[Finding]:
    """Judge what it said; asked before all checks, since several want to know."""
    if not case.daemon.alive:
        return [judge_silence(case, began=await in_thread(lambda: os.path.lexists(case.database)))]
    if not case.daemon.known:
        said = "it answers, but does not know this user: only its health was told"
        return [warn(_DAEMON, said, "set `login:` of a person in people.yaml to this login")]
    return judge_daemon(case)


def judge_silence(case: Case, *, began: bool) -> Finding:
    """Return what it means that nobody answers. `began`: the daemon was started here before."""
    why = case.daemon.why_not
    if not case.daemon.known:
        group = case.owner.group if case.owner is not None else "mppmon"
        return skipped(_DAEMON, f"{why}: ask as root, or as a member of group {group}")
    if case.lock is not None:
        return bad(_DAEMON, f"process {case.lock} is at work, and does not answer: {why}", "systemctl restart mppmon")
    if began:
        return bad(_DAEMON, f"it is off: nothing is watched, nobody is called ({why})", case.start)
    return warn(_DAEMON, "it has not been started here yet", case.start)


def judge_daemon(case: Case) -> Sequence[Finding]:
    """Return what a daemon that answers says of itself."""
    daemon = case.daemon
    return [
        fine(_DAEMON, f"it answers (mppmon {daemon.version or 'of unknown version'})"),
        _ready(daemon.ready),
        _revision(case),
        *_figures(daemon.figures, case.clock.now().timestamp()),
        *_canary(daemon.canaries),
    ]


def _canary(taken: Mapping[tuple[str, str], bool]) -> list[Finding]:
    """Judge the newest daily test messages; nothing where none is sent."""
    lost = [f"{person} by {channel}" for (person, channel), well in taken.items() if not well]
    if lost:
        cure = "see the lines of the channels here; then mppmon doctor --send PERSON"
        return [bad(_CANARY, f"not taken: {', '.join(sorted(lost))}", cure)]
    return [fine(_CANARY, f"all {len(taken)} taken, or not due yet")] if taken else []


def _ready(parts: Mapping[str, bool]) -> Finding:
    broken = [name for name, works in parts.items() if not works]
    if not parts:
        return skipped(_READY, "it does not tell this user")
    if "engine" in broken or "database" in broken:
        return bad(
            _READY, f"not working: {', '.join(broken)}", "journalctl -u mppmon -n 50; then systemctl restart mppmon"
        )
    if broken:
        said = f"not ready yet: {', '.join(broken)} (about ten seconds after a start)"
        return warn(_READY, said, "ask again in a minute; if it stays so: journalctl -u mppmon -n 50")
    return fine(_READY, f"all ready: {', '.join(parts)}")


def _revision(case: Case) -> Finding:
    running = case.daemon.status.get("revision")
    if not isinstance(running, str):
        return skipped(_REVISION, "it does not tell this user")
    if case.loaded is None:
        return warn(
            _REVISION, f"revision {running}; what is on disk cannot be used", f"mppmon check-config {case.config}"
        )
    if running != case.loaded.revision:
        said = f"reload pending: it works with revision {running}, on disk is {case.loaded.revision}"
        return warn(_REVISION, said, f"mppmon check-config {case.config} && mppmon reload")
    return fine(_REVISION, f"revision {running}, the same as on disk")


def _figures(figures: Mapping[str, float], now: float) -> list[Finding]:
    found = []
    queue = figures.get("mppmon_daemon_queue_depth")
    if queue is not None:
        slow = "it decides slower than it sees: see its CPU (top), and the disk (iostat -x 1)"
        said = f"{queue:.0f} observations wait"
        found.append(warn(_QUEUE, said, slow) if queue > _LONG_QUEUE else fine(_QUEUE, said))
    seen = figures.get("mppmon_daemon_last_seen_seconds")
    if seen:
        said = f"{max(0.0, now - seen):.0f} s ago"
        old = now - seen > _OLD_SECONDS
        cure = "the database refuses: journalctl -u mppmon -n 50; df -h"
        found.append(bad(_SEEN, f"{said}: it records nothing", cure) if old else fine(_SEEN, said))
    waiting = figures.get("mppmon_daemon_outbox_pending")
    if waiting is not None:
        said = f"{waiting:.0f} wait to be sent"
        cure = "see the lines of the channels here, and journalctl -u mppmon -n 50"
        found.append(warn(_OUTBOX, said, cure) if waiting > _MANY_MESSAGES else fine(_OUTBOX, said))
    return found
