"""Why an agency's system fails is in the message and the incident, in both languages, and what to do about it."""

from dataclasses import replace
from pathlib import Path

from alerts.model import Condition, Operator, Rule, Words
from collectors.collector import Kind
from collectors.observation import Outcome
from tests.stories.house import House, small_config

SILENT = Rule(
    "OnlineSystemSilent",
    Condition("mppmon_telemetry_failed", Operator.EQUAL, 1.0),
    blocks=True,
    summary=Words("tidak memberi jawaban", "gives no answer"),
    first_step=Words("coba masuk", "try to sign in"),
)


def _fails(house: House, reason: str, *, kind: Kind = Kind.TELEMETRY, outcome: Outcome = Outcome.INVALID) -> None:
    for delay in (0.0, 0.5, 1.0, 1.5):
        house.clock.pass_(delay)
        seen = replace(house.see("system", outcome, kind=kind), reason=reason)
        house.turn(*((house.see("system"),) if kind is Kind.TELEMETRY else ()), house.see("anchor-1"), seen)


def _house(tmp_path: Path) -> House:
    loaded = small_config()
    return House(tmp_path, replace(loaded, rules=(*loaded.rules, SILENT)))


def test_a_certificate_that_has_expired_is_named_with_what_to_do(tmp_path: Path) -> None:
    with _house(tmp_path) as house:
        house.all_well()
        house.turn(house.see("system", kind=Kind.TELEMETRY))
        house.clock.pass_(60)
        _fails(house, "certificate-expired")
        facts = house.engine.snapshot.incidents[0].facts
        assert facts.what == Words(
            "tidak memberi jawaban: sertifikatnya sudah kedaluwarsa",
            "gives no answer: its certificate has expired",
        )
        assert facts.first_step.id.startswith("minta pusat layanan instansinya memperbarui")
        (page,) = house.told()
        assert "System: tidak memberi jawaban: sertifikatnya sudah kedaluwarsa" in page.message.lines[1]


def test_a_connection_that_does_not_come_about_is_named_too(tmp_path: Path) -> None:
    with _house(tmp_path) as house:
        house.all_well()
        house.clock.pass_(10)
        _fails(house, "no-route", kind=Kind.LIVENESS, outcome=Outcome.UNREACHABLE)
        assert house.engine.snapshot.incidents[0].facts.what.id == "tidak menjawab: tidak ada jalur ke alamatnya"


def test_a_reason_that_is_over_is_not_said_of_the_next_fault(tmp_path: Path) -> None:
    with _house(tmp_path) as house:
        house.all_well()
        _fails(house, "certificate-expired")
        for _ in range(3):
            house.clock.pass_(2)
            house.turn(house.see("system"), house.see("system", kind=Kind.TELEMETRY))
        house.wait(1200, step=60)
        house.turn(house.see("system"), house.see("anchor-1"))
        for delay in (0.0, 0.5, 1.0, 1.5):
            house.clock.pass_(delay)
            silent = house.see("system", Outcome.TIMEOUT, kind=Kind.TELEMETRY)
            house.turn(house.see("system"), house.see("anchor-1"), silent)
        newest = max(house.engine.snapshot.incidents, key=lambda one: one.number)
        assert newest.facts.what.id == "tidak memberi jawaban"
