"""What the checks of the devices saw, as chunks of text: one per family and device, re-made only where it changed."""

from collections.abc import Mapping

from collectors.observation import Observation, Schema
from mppmon.exporter.text import Layout, chunk, layout, line, pairs

Chunks = dict[str, dict[str, bytes]]
"""Family -> key of the chunk -> sample lines."""

_INFO = "mppmon_device_info"
_TEXTS = ("vendor", "model", "serial")
_SECONDS = "mppmon_check_seconds"
_OUTCOME = "mppmon_check_outcome"
_REASON = "mppmon_check_reason"
_NOTHING: Layout = ()


class _Check:
    """One check of one device: its newest observation that was written, and its part of the chunks."""

    __slots__ = ("layout", "pieces", "schema", "seen")

    def __init__(self) -> None:
        self.seen: Observation | None = None
        self.schema: Schema | None = None
        self.layout = _NOTHING
        self.pieces: dict[str, bytes] = {}


class Samples:
    """Writes observations into the chunks of a scrape.

    Where two checks of one device give the same family (its uptime, say), the fuller one, telemetry, is exported, and
    the other while that one fails: never the same series twice.
    """

    def __init__(self, chunks: Chunks, devices: Mapping[str, str]) -> None:
        self._chunks = chunks
        self._devices = devices
        self._checks: dict[str, dict[str, _Check]] = {}

    def write(self, observation: Observation) -> None:
        """Take over an observation in place of the one before. What was not reached shows no samples at all, and
        another answer than the wanted one only its own: nothing stale is shown.
        """
        labels = self._devices.get(observation.device)
        if labels is None:
            return
        check = self._checks.setdefault(observation.device, {}).setdefault(observation.check, _Check())
        before, check.seen = check.seen, observation
        kind = pairs([("check", observation.check.rpartition(":")[2])])
        seconds = line(_SECONDS, labels, kind, value=observation.seconds) if observation.outcome.reached else ""
        self._put(_SECONDS, observation.check, seconds.encode())
        if before is None or before.outcome is not observation.outcome:
            outcome = pairs([("outcome", observation.outcome.value)])
            self._put(_OUTCOME, observation.check, line(_OUTCOME, labels, kind, outcome, value=1.0).encode())
        if observation.reason or (before is not None and before.reason):
            reason = pairs([("reason", observation.reason)])
            said = line(_REASON, labels, kind, reason, value=1.0) if observation.reason else ""
            self._put(_REASON, observation.check, said.encode())
        if before is None or _differ(before, observation):
            self._replace(observation.device, check, _pieces(check, labels, observation))

    def forget(self, check_id: str, device: str) -> None:
        """Remove all that a check said: nobody asks it any more, or its PC could not be asked."""
        check = self._checks.get(device, {}).get(check_id)
        if check is not None:
            self._put(_SECONDS, check_id, b"")
            self._put(_OUTCOME, check_id, b"")
            self._put(_REASON, check_id, b"")
            self._replace(device, check, {})
            del self._checks[device][check_id]

    def _replace(self, device: str, check: _Check, pieces: dict[str, bytes]) -> None:
        touched = check.pieces.keys() | pieces.keys()
        check.pieces = pieces
        checks = self._checks[device]
        order = [checks[name] for name in sorted(checks, reverse=True)]  # telemetry before liveness
        for family in touched:
            self._put(family, device, next((one.pieces[family] for one in order if family in one.pieces), b""))

    def _put(self, family: str, key: str, text: bytes) -> None:
        if text:
            self._chunks.setdefault(family, {})[key] = text
        else:
            self._chunks.get(family, {}).pop(key, None)


def _differ(before: Observation, now: Observation) -> bool:
    return (
        before.values != now.values
        or before.schema is not now.schema
        or before.texts != now.texts
        or before.outcome is not now.outcome
    )


def _pieces(check: _Check, labels: str, observation: Observation) -> dict[str, bytes]:
    if not observation.outcome.reached:
        return {}
    if check.schema is not observation.schema:
        check.schema = observation.schema
        check.layout = layout(observation.schema)
    pieces = {family: chunk(lines, labels, observation.values) for family, lines in check.layout}
    words = dict(observation.texts)
    if any(name in words for name in _TEXTS):
        own = pairs((name, words.get(name, "")) for name in _TEXTS)
        pieces[_INFO] = line(_INFO, labels, own, value=1.0).encode()
    return pieces
