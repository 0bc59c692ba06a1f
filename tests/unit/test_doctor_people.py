"""People, devices and the daemon, as the doctor judges them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.channels.base import Failed, Reason
from alerts.model import Policy, Step
from alerts.settings import EmailSettings, TelegramSettings
from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome, schema_of
from collectors.settings import AgentSettings, NutSettings, SnmpSettings
from collectors.snmp.v3.reports import reason
from mppmon.clock import Clock
from mppmon.config import Loaded, load
from mppmon.control import Answer
from mppmon.doctor.case import Answered, Owner
from mppmon.doctor.daemon import answers_of, judge_daemon, judge_silence
from mppmon.doctor.devices import Asked, judge_agents, judge_nut, judge_snmp, judge_snmp_v3
from mppmon.doctor.finding import Finding, State
from mppmon.doctor.line import judge_line
from mppmon.doctor.mail import judge_mail
from mppmon.doctor.names import judge_names, names_of
from mppmon.doctor.roster import judge_roster
from mppmon.doctor.telegram import chats_of, judge_chats, judge_token
from mppmon.doctor.visit import followed
from mppmon.mall.model import Uplink
from tests.unit.test_config_load import GOOD, TODAY
from tests.unit.test_doctor_report import case

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load(GOOD, today=TODAY)


def told(findings: list[Finding]) -> list[tuple[str, State]]:
    return [(one.name, one.state) for one in findings]


# --- people -----------------------------------------------------------------------------------------------------------


def test_somebody_is_on_duty_and_can_be_told(loaded: Loaded) -> None:
    found = list(judge_roster(loaded, NOW))
    assert told(found) == [("duty", State.OK), ("ways to reach people", State.OK)]
    assert found[0].said in {
        "now Budi (duty); no gap in the next 14 days",
        "now Sari (duty); no gap in the next 14 days",
    }


def test_a_roster_that_ends_in_a_week(loaded: Loaded) -> None:
    rotation = loaded.rotations["duty"]
    ends = tuple(one for one in rotation.boundaries if one < NOW + timedelta(days=8))
    short = replace(loaded, rotations={"duty": replace(rotation, boundaries=ends)})
    found = judge_roster(short, NOW)[0]
    assert (found.state, "Budi will be called instead" in found.said) == (State.WARN, True)
    alone = replace(short, policies={"main": Policy("main", (Step(("roster:duty",), timedelta(minutes=5)),))})
    assert judge_roster(alone, NOW)[0].state is State.BAD
    later = judge_roster(alone, ends[-1] + timedelta(days=1))[0]
    assert "nobody in duty now, and there is no fallback" in later.said


def test_a_roster_that_begins_in_three_days(loaded: Loaded) -> None:
    rotation = loaded.rotations["duty"]
    begins = tuple(NOW + timedelta(days=3 + 7 * turn) for turn in range(9))
    late = replace(loaded, rotations={"duty": replace(rotation, boundaries=begins)})
    found = judge_roster(late, NOW)[0]
    assert (found.state, "nobody in duty now" in found.said) == (State.WARN, True)


def test_a_person_without_a_channel(loaded: Loaded) -> None:
    people = {**loaded.people, "sari": replace(loaded.people["sari"], addresses={"fax": "1"})}
    found = judge_roster(replace(loaded, people=people), NOW)[1]
    assert (found.state, found.said) == (State.BAD, "no channel reaches Sari")
    assert found.cure.startswith("give sari an address on one of the channels (mail, chat)")


def test_ways_that_all_need_the_internet(loaded: Loaded) -> None:
    people = {**loaded.people, "budi": replace(loaded.people["budi"], addresses={"chat": "1"})}
    found = judge_roster(replace(loaded, people=people), NOW)[1]
    assert found.state is State.OK  # said, with what is to be gained; a small mall may leave it so
    assert "That may be left" in found.said


def email(**more: object) -> EmailSettings:
    given = {"type": "email", "needs_internet": False, "host": "mail.test", "sender": "a@b.test", "port": 587, **more}
    return EmailSettings.model_validate(given)


@pytest.mark.parametrize(
    ("reason", "detail", "cure"),
    [
        (Reason.CREDENTIALS, "535", "correct channels.surat.username, and the password in /x/password"),
        (Reason.UNREACHABLE, "ConnectionRefusedError", "nc -vz mail.test 587"),
        (Reason.TIMEOUT, "no end within 6 s", "nc -vz mail.test 587"),
        (Reason.TLS, "SSLCertVerificationError", "its certificate must be for mail.test"),
        (Reason.TLS, "SMTPNotSupportedError", "tls (port 465) or starttls (port 587)"),
        (Reason.TEMPORARY, "421 busy", "ask the operator"),
    ],
)
def test_a_wrong_password_is_told_from_a_closed_port(reason: Reason, detail: str, cure: str) -> None:
    settings = email(password_file=Path("/x/password"), username="u")
    found = judge_mail("surat", settings, Failed(retry=True, reason=reason, detail=detail))
    assert (found.state, detail in found.said, cure in found.cure) == (State.BAD, True, True)


@pytest.mark.parametrize("reason", list(Reason))
def test_whatever_telegram_says_has_a_cure(reason: Reason) -> None:
    bot = TelegramSettings(type="telegram", token_file=Path("/x/token"))
    found = judge_token("bot", bot, Failed(retry=True, reason=reason, detail="words"))
    assert (found.state, bool(found.cure)) == (State.BAD, True)
    assert judge_token("bot", bot, {"username": "a\x1b[31m"}).said == "the token is good: a bot without a name"


def test_chats(loaded: Loaded) -> None:
    chats = chats_of("chat", loaded.people)
    assert chats == {"4711": "sari"}
    gone = Failed(retry=False, reason=Reason.REFUSED, detail="400 chat not found")
    late = Failed(retry=True, reason=Reason.TIMEOUT)
    answers: tuple[object, ...] = ({}, gone, late)
    states = [judge_chats("chat", chats, {"4711": answer}).state for answer in answers]
    assert [*states, judge_chats("chat", {}, {}).state] == [State.OK, State.BAD, State.WARN, State.WARN]


# --- the network ------------------------------------------------------------------------------------------------------


def test_names(loaded: Loaded) -> None:
    assert names_of(loaded) == ["api.telegram.org"]
    assert judge_names({}).state is State.SKIPPED
    assert judge_names({"a": 0.01, "b": 0.02}).said == "2 names known, the slowest after 20 ms"
    assert judge_names({"a": 3.0}).state is State.WARN
    assert judge_names({"a": 0.1, "b": Outcome.UNREACHABLE}).said == "not known: b"
    assert judge_names({"a": Outcome.LOCAL, "b": Outcome.UNREACHABLE}).said == "the resolver gave no answer for a"


def seen(device: str, outcome: Outcome, detail: str = "", **more: object) -> Observation:
    return replace(Observation(f"{device}:telemetry", device, outcome, NOW, 0.5, detail=detail), **more)  # type: ignore[arg-type]  # fields of the record


def test_line() -> None:
    uplink = Uplink("line", "gw", ("a", "b"))
    up, down = seen("x", Outcome.OK), seen("x", Outcome.TIMEOUT)
    cases: list[tuple[dict[str, Observation | None], State]] = [
        ({"gw": up, "a": up, "b": up}, State.OK),
        ({"gw": up, "a": up, "b": down}, State.WARN),
        ({"gw": up, "a": down, "b": None}, State.BAD),
        ({"gw": down, "a": up, "b": up}, State.BAD),
    ]
    assert [judge_line(uplink, answers).state for answers, _ in cases] == [state for _, state in cases]


def target(device: str, settings: AgentSettings | NutSettings | SnmpSettings, way: Way) -> Target:
    return Target(f"{device}:telemetry", device, Kind.TELEMETRY, way, "192.0.2.7", 60.0, settings)


def agents(*asked: Asked) -> list[Finding]:
    settings = AgentSettings(token_file=Path("/x/token"))
    return list(judge_agents(asked, {one.device: target(one.device, settings, Way.AGENT) for one in asked}))


def test_the_worst_agent_is_named_and_what_may_be_off_is_not_counted() -> None:
    asked = [Asked(f"pc-{number}", seen(f"pc-{number}", Outcome.OK)) for number in range(12)]
    quiet = [Asked("q", seen("q", Outcome.TIMEOUT), off=True)]
    (night,) = agents(*quiet)
    assert (night.state, night.said) == (  # nothing was seen to work: no green line
        State.SKIPPED, "none of 1 answers, as they may outside service hours: ask again when they begin"
    )  # fmt: skip
    assert agents(*asked, *quiet)[0].said == "12 of 13 answer; 1 off, as they may be outside service hours"
    faulty = [Asked("a", seen("a", Outcome.TIMEOUT)), Asked("b", seen("b", Outcome.DENIED)), Asked("c", None)]
    (found,) = agents(*asked, *faulty)
    assert found.state is State.BAD
    assert found.said == "12 of 15 answer; b: refuses our token, a: no answer, c: no answer"
    assert found.cure == "b: put the token of its agent into /x/token"


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.OK])
def test_every_outcome_has_a_cure(outcome: Outcome) -> None:
    asked = Asked("x", seen("x", outcome, "why"))
    (summary,) = judge_snmp([asked], {"x": target("x", SnmpSettings(), Way.SNMP)})
    for found in (agents(asked)[0], summary):
        assert (found.state, bool(found.cure)) == (State.BAD, True)


@pytest.mark.parametrize(
    ("number", "key"), [(1, "auth_protocol"), (2, "boots"), (3, "user"), (4, "engine ID"), (5, "/x/a"), (6, "/x/p")]
)
def test_each_refusal_of_snmpv3_has_a_cure_of_its_own(number: int, key: str) -> None:
    settings = SnmpSettings(version="3", user="mall", auth_file=Path("/x/a"), priv_file=Path("/x/p"))
    why = reason((1, 3, 6, 1, 6, 3, 15, 1, 1, number, 0))
    (found,) = judge_snmp_v3([Asked("x", seen("x", Outcome.DENIED, why))], {"x": target("x", settings, Way.SNMP)})
    assert why in found.said
    assert key in found.cure
    assert "is it on" not in found.cure


@pytest.mark.parametrize(
    ("outcome", "detail", "word"),
    [
        (Outcome.TIMEOUT, "", "LISTEN to us"),
        (Outcome.UNEXPECTED, "upsd does not hear the UPS (DATA-STALE): its cable, or its driver", "upsdrvctl"),
        (Outcome.UNEXPECTED, "upsd offers no encryption (FEATURE-NOT-CONFIGURED): it needs a certificate", "give upsd"),
        (Outcome.STRANGER, "another machine answers there: its certificate is not the pinned one", "ca_file or pin"),
        (Outcome.INVALID, "the certificate is self-signed", "ca_file or pin"),
    ],
)
def test_a_ups_that_is_not_told_of_has_a_cure(outcome: Outcome, detail: str, word: str) -> None:
    (found,) = judge_nut([Asked("u", seen("u", outcome, detail))], {"u": target("u", NutSettings(), Way.NUT)})
    assert (found.state, word in found.cure) == (State.BAD, True)


def test_old_agents_and_wrong_clocks() -> None:
    time = schema_of((("mppmon_pc_time_seconds", ()),))
    stamp = NOW.timestamp()
    found = agents(
        Asked("old", seen("old", Outcome.OK, texts=(("agent", "mppmon-agent 0.0.9"),))),
        Asked("new", seen("new", Outcome.OK, texts=(("agent", "mppmon-agent 9.0.0"),))),
        Asked("other", seen("other", Outcome.OK, texts=(("agent", "node_exporter 1.5.0"),))),
        Asked("late", seen("late", Outcome.OK, schema=time, values=(stamp - 300,))),
        Asked("right", seen("right", Outcome.OK, schema=time, values=(stamp + 1,))),
        Asked("mad", seen("mad", Outcome.OK, schema=time, values=(1e300,))),
    )
    assert told(found) == [
        ("agents of counter PCs", State.OK),
        ("versions of agents", State.WARN),
        ("clocks of counter PCs", State.WARN),
    ]
    assert found[1].said.endswith(": old (0.0.9)")
    assert found[2].said.endswith(": late (300 s behind)")


# --- the daemon -------------------------------------------------------------------------------------------------------


def test_the_daily_test_messages_are_read_from_the_metrics_page() -> None:
    page = (
        "# TYPE mppmon_daemon_canary_failed gauge\n"
        'mppmon_daemon_canary_failed{person="ani",channel="bot"} 1.0\n'
        'mppmon_daemon_canary_failed{channel="surat",person="ani"} 0.0\n'
    )
    here = Answer(200, b"{}")
    found = answers_of(here, here, Answer(200, page.encode()))
    assert found.canaries == {("ani", "bot"): False, ("ani", "surat"): True}


def test_what_silence_means(tmp_path: Path) -> None:
    off = replace(case(tmp_path), daemon=Answered(alive=False, why_not="no such socket"))
    owned = replace(off, owner=Owner(999, "mppmon", frozenset({999}), "mppmon"))
    denied = replace(owned, daemon=Answered(alive=False, why_not="permission denied", known=False))
    states = [judge_silence(off, began=False).state, judge_silence(off, began=True).state]
    assert [*states, judge_silence(denied, began=True).state] == [State.WARN, State.BAD, State.SKIPPED]
    assert judge_silence(replace(off, lock=7), began=True).cure == "systemctl restart mppmon"


def answered(tmp_path: Path, loaded: Loaded | None, **more: object) -> list[Finding]:
    good = Answered(
        alive=True,
        ready={"engine": True, "database": True, "polling": True},
        status={"revision": loaded.revision if loaded else "x"},
        figures={"mppmon_daemon_queue_depth": 3.0, "mppmon_daemon_outbox_pending": 0.0},
        version="0.1.0",
    )
    return list(judge_daemon(replace(case(tmp_path), loaded=loaded, daemon=replace(good, **more))))  # type: ignore[arg-type]  # fields of the record


def test_a_daemon_by_another_clock_is_judged_by_that_one(tmp_path: Path, loaded: Loaded) -> None:
    """The demo's morning is another day: what it wrote a second ago was called two days old."""
    real = Clock()
    demo = Clock(timedelta(days=-2))
    assert followed(real, real.now(), None) is real
    assert followed(real, real.now(), real.now() + timedelta(seconds=5)) is real
    its = followed(real, real.now(), demo.now())
    assert abs(its.now() - demo.now()) < timedelta(seconds=5)
    wrote = {"mppmon_daemon_last_seen_seconds": demo.now().timestamp()}
    asked = replace(case(tmp_path), loaded=loaded, daemon=Answered(alive=True, figures=wrote))
    for clock, state in ((real, State.BAD), (its, State.OK)):
        (seen,) = [one for one in judge_daemon(replace(asked, clock=clock)) if one.name == "last record"]
        assert seen.state is state


def test_the_time_of_a_daemon_is_what_it_says() -> None:
    def said(text: str) -> datetime | None:
        ready = Answer(200, json.dumps({"ready": True, "parts": {}, "now": text}).encode())
        return answers_of(ready, Answer(200, b"{}"), Answer(200, b"")).now

    assert said("2026-11-23T01:00:00+00:00") == datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert [said(text) for text in ("2026-11-23T01:00:00", "yesterday")] == [None, None]


def test_a_daemon_that_is_well(tmp_path: Path, loaded: Loaded) -> None:
    assert {one.state for one in answered(tmp_path, loaded)} == {State.OK}


@pytest.mark.parametrize(
    ("more", "name", "state"),
    [
        ({"ready": {"engine": False, "database": True, "polling": True}}, "its parts", State.BAD),
        ({"ready": {"engine": True, "database": False, "polling": True}}, "its parts", State.BAD),
        ({"ready": {"engine": True, "database": True, "polling": False}}, "its parts", State.WARN),
        ({"status": {"revision": "other"}}, "configuration in use", State.WARN),
        ({"figures": {"mppmon_daemon_queue_depth": 5000.0}}, "queue", State.WARN),
        ({"figures": {"mppmon_daemon_outbox_pending": 50.0}}, "messages", State.WARN),
        ({"figures": {"mppmon_daemon_last_seen_seconds": 1.0}}, "last record", State.BAD),
        ({"canaries": {("ani", "bot"): False, ("ani", "surat"): True}}, "daily test messages", State.BAD),
    ],
)
def test_a_daemon_that_is_not(tmp_path: Path, loaded: Loaded, more: dict[str, object], name: str, state: State) -> None:
    found = [one for one in answered(tmp_path, loaded, **more) if one.state in {State.WARN, State.BAD}]
    assert told(found) == [(name, state)]
