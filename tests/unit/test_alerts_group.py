"""Which incident an alert belongs to, and who is silenced."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.group import assign
from alerts.model import Alert, AlertKey, AlertStatus, Facts, Incident, IncidentStatus, Words
from alerts.silence import Silence, silenced

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
FACTS = Facts("Switch inti", "Ruang server", Words("", ""), Words("", ""), NOW)
HOUR = timedelta(hours=1)


def incident(number: int, root: str, status: IncidentStatus = IncidentStatus.OPEN) -> Incident:
    return Incident(f"i{number}", number, root, status, NOW, FACTS)


def alert(*, of: str | None = None, status: AlertStatus = AlertStatus.FIRING) -> Alert:
    return Alert("x", AlertKey("DeviceDown", "sw-core"), status, NOW, NOW, 1.0, incident=of)


def test_an_alert_joins_the_open_incident_of_its_root() -> None:
    known = [incident(1, "sw-2"), incident(2, "sw-core", IncidentStatus.ACKNOWLEDGED)]
    assert assign(alert(), root="sw-core", open_incidents=known) is known[1]
    assert assign(alert(), root="sw-9", open_incidents=known) is None


def test_an_incident_that_is_closed_takes_no_new_alert() -> None:
    assert assign(alert(), root="sw-core", open_incidents=[incident(1, "sw-core", IncidentStatus.CLOSED)]) is None


def test_an_incident_that_is_mended_and_not_closed_takes_what_comes_back() -> None:
    known = incident(1, "sw-core", IncidentStatus.MENDED)
    assert assign(alert(), root="sw-core", open_incidents=[known]) is known


def test_an_alert_stays_in_its_incident_though_the_root_is_seen_differently_now() -> None:
    known = [incident(1, "sw-core"), incident(2, "a3-pc")]
    assert assign(alert(of="i2"), root="sw-core", open_incidents=known) is known[1]


def silence(**change: object) -> Silence:
    given: dict[str, object] = {
        "id": "s1", "match": (("device", ("sw-core",)),), "start": NOW, "end": NOW + HOUR, "author": "sari",
        "reason": "ganti switch",
    }  # fmt: skip
    return Silence(**{**given, **change})  # type: ignore[arg-type]  # a table of changes


def test_a_silence_covers_what_it_names_while_it_lasts() -> None:
    key = AlertKey("PrinterNeedsPerson", "sw-core", (("error", "jammed"),))
    short, long = silence(), silence(id="s2", match=(("error", ("jammed", "offline")),), end=NOW + 2 * HOUR)
    assert silenced(key, [short], now=NOW) is short
    assert silenced(key, [short], now=NOW + HOUR) is None  # half-open
    assert silenced(key, [short], now=NOW - timedelta(microseconds=1)) is None
    assert silenced(key, [short, long], now=NOW) is long
    assert silenced(AlertKey("DeviceDown", "sw-2"), [short, long], now=NOW) is None
    both = silence(match=(("device", ("sw-core",)), ("rule", ("DeviceDown",))))
    assert silenced(key, [both], now=NOW) is None


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"match": ()}, "match is empty"),
        ({"reason": "  "}, "reason is empty"),
        ({"end": NOW}, "is not after"),
    ],
)
def test_a_silence_of_everything_for_nothing_or_never_is_refused(change: dict[str, object], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        silence(**change)
