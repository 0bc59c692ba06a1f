"""The tour's steps: from whatever state the mall is in, the next thing to do, and an end."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mppmon.clock import Clock
from mppmon.demo.page.tour import phone_values
from mppmon.demo.tour.facts import Facts, Open, Received, View, phone_of, view_of
from mppmon.demo.tour.guide import CannotGoOn, Guide
from mppmon.demo.tour.step import Begin, Mend, Press, Start, Step, There, Wait, next_act
from mppmon.demo.tour.words import waiting, words
from mppmon.demo.workplace import REAL_PC
from mppmon.i18n import LANGUAGES, speech

SPEAK = speech("Asia/Jakarta")("id")
AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
CALM = View((), frozenset(), all_delivered=True)
HEALTHY = Facts(running=True, active=frozenset(), silent=frozenset(), phone=(), view=CALM)
PAGE = Received(AT, "🔴 Cetak KTP-el TERHENTI · Loket A3\nGangguan #1", 7, buttons=(("Saya tangani", "ack:1"),))
RESOLVED = Received(AT, "✅ Pulih: Cetak KTP-el, Loket A3 · 09.31 WIB (19 menit)", 8)
JAM = "jam@a3-card-printer"


def jammed(*phone: Received, taken_by: str | None = None) -> Facts:
    view = View((Open(1, "a3-card-printer", taken_by),), frozenset({"a3-card-printer"}), all_delivered=False)
    return replace(HEALTHY, active=frozenset({JAM}), phone=phone, view=view)


def core(number: int, *not_up: str, silent: frozenset[str]) -> Facts:
    page = Received(AT, f"🔴 Pajak dan 13 layanan lain TERHENTI\nGangguan #{number}")
    view = View((Open(number, "sw-core", None),), frozenset(not_up), all_delivered=False)
    return replace(HEALTHY, active=frozenset({"power-off@sw-core"}), silent=silent, phone=(page,), view=view)


@pytest.mark.parametrize("step", Step)
def test_a_killed_monitor_is_started_first(step: Step) -> None:
    assert next_act(step, replace(jammed(), running=False, view=None)) is Start.MONITOR


@pytest.mark.parametrize("step", Step)
def test_what_somebody_else_broke_is_mended_first(step: Step) -> None:
    facts = replace(jammed(PAGE), active=frozenset({"power-off@b1-pc"}))
    assert next_act(step, facts) == Mend("power-off", "b1-pc")


@pytest.mark.parametrize("step", Step)
def test_a_monitor_that_does_not_answer_yet_is_waited_for(step: Step) -> None:
    assert next_act(step, replace(HEALTHY, view=None)) is Wait.MONITOR


@pytest.mark.parametrize("step", [Step.JAM, Step.TAKE, Step.CORE, Step.LINE])
def test_nothing_is_broken_before_the_mall_is_calm(step: Step) -> None:
    unsure = replace(HEALTHY, view=View((), frozenset({"b1-pc"}), all_delivered=True))
    assert next_act(step, unsure) is Wait.CALM
    assert isinstance(next_act(step, HEALTHY), Begin)


def test_healthy_is_when_all_is_calm() -> None:
    assert next_act(Step.HEALTHY, HEALTHY) is There.NOW
    assert next_act(Step.HEALTHY, jammed(PAGE)) == Mend("jam", "a3-card-printer")
    assert next_act(Step.HEALTHY, replace(jammed(PAGE), active=frozenset())) is Wait.CALM


def test_a_jam_is_there_when_its_message_is() -> None:
    assert next_act(Step.JAM, replace(HEALTHY, active=frozenset({JAM}))) is Wait.CONFIRM
    assert next_act(Step.JAM, jammed()) is Wait.MESSAGE
    assert next_act(Step.JAM, jammed(replace(PAGE, text="🔴 Loket A3\nGangguan #11"))) is Wait.MESSAGE
    assert next_act(Step.JAM, jammed(PAGE)) is There.NOW
    many = replace(PAGE, text="🔴 14 layanan TERHENTI · 18 gangguan baru\n#1 Cetak KTP-el · Loket A3\n#14 Paspor Baru")
    assert next_act(Step.JAM, jammed(many)) is There.NOW


def test_taking_presses_the_button_of_the_message_once() -> None:
    assert next_act(Step.TAKE, jammed(PAGE)) == Press(7, "ack:1")
    assert next_act(Step.TAKE, jammed(PAGE), pressed={7}) is Wait.TAKEN
    assert next_act(Step.TAKE, jammed(replace(PAGE, buttons=()))) is Wait.MESSAGE
    assert next_act(Step.TAKE, jammed(PAGE, taken_by="budi")) is There.NOW


def test_mending_waits_for_the_message_and_for_the_good_news() -> None:
    assert next_act(Step.MEND, jammed()) is Wait.MESSAGE
    assert next_act(Step.MEND, jammed(PAGE)) == Mend("jam", "a3-card-printer")
    assert next_act(Step.MEND, replace(jammed(PAGE), active=frozenset())) is Wait.CALM
    assert next_act(Step.MEND, replace(HEALTHY, phone=(PAGE,))) is Wait.TOLD
    assert next_act(Step.MEND, replace(HEALTHY, phone=(PAGE, RESOLVED))) is There.NOW
    assert next_act(Step.MEND, HEALTHY) == Begin("jam", "a3-card-printer")  # skipped to: there is nothing to mend yet


def test_the_core_switch_is_there_when_everything_behind_it_is_judged() -> None:
    silent = frozenset({"sw-core", "router", REAL_PC})
    assert next_act(Step.CORE, core(4, "sw-core", silent=silent)) is Wait.SETTLED
    assert next_act(Step.CORE, core(4, "sw-core", "router", silent=silent)) is There.NOW


def test_an_earlier_incident_is_waited_for() -> None:
    facts = core(4, "sw-core", silent=frozenset({"sw-core"}))
    assert facts.view is not None
    view = replace(facts.view, incidents=(*facts.view.incidents, Open(3, "b1-pc", None)))
    assert next_act(Step.CORE, replace(facts, view=view)) is Wait.CALM
    # Of something that is silent it may stay open as long as this fault: then it is shown, not waited for.
    assert next_act(Step.CORE, replace(facts, view=view, silent=facts.silent | {"b1-pc"})) is Wait.SETTLED
    judged = replace(view, not_up=view.not_up | {"b1-pc"})
    assert next_act(Step.CORE, replace(facts, view=judged, silent=facts.silent | {"b1-pc"})) is There.NOW


def test_who_else_was_called_is_said_once() -> None:
    facts = replace(jammed(PAGE), others=(("Rina", PAGE), ("Rina", PAGE), ("Sari", RESOLVED)))
    assert facts.others_called(1) == ["Rina"]
    assert facts.others_called(2) == []


def test_a_phone_holds_chat_and_mail_in_order() -> None:
    from alerts.model import Person  # noqa: PLC0415  # of this test alone

    person = Person("budi", "Budi", addresses={"telegram": "3", "surat": "budi@mpp.internal"})
    later = "2026-11-23T01:31:00+00:00"
    chat = [
        {"id": 1, "chat": "3", "by": "bot", "text": "later", "at": later, "buttons": [], "notes": ["", "noted"]},
        {"id": 2, "chat": "4", "by": "bot", "text": "not his", "at": later, "buttons": [], "notes": []},
    ]
    mails = [{"to": ["budi@mpp.internal"], "text": "earlier", "at": AT.isoformat()}]
    phone = phone_of(person, chat, mails)
    assert [(one.text, one.message) for one in phone] == [("earlier", None), ("later", 1)]
    assert phone[1].notes == ("noted",)


def test_off_outside_its_hours_is_no_disturbance() -> None:
    status = {
        "counts": {"services": {"delivered": 2, "unknown": 0}},
        "incidents": [],
        "devices": [{"device": "a1-pc", "function": "down", "off": True}],
    }
    assert view_of(status).calm


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_and_every_wait_has_words(language: str) -> None:
    speak = speech("Asia/Jakarta")(language)
    assert [one.step for one in words(speak)] == list(Step)
    assert all(waiting(one, speak) for one in Wait)


class Mall:
    """A mall that answers at once: enough to see the guide walk from state to state."""

    def __init__(self) -> None:
        self.facts = replace(HEALTHY, running=False, view=None)
        self.done: list[object] = []
        self.starts = True

    async def look(self) -> Facts:
        await asyncio.sleep(0)
        return self.facts

    async def do(self, act: Begin | Mend | Press | Start) -> None:
        self.done.append(act)
        match act:
            case Start():
                if not self.starts:
                    raise CannotGoOn("the daemon does not start, see daemon.log")
                self.facts = HEALTHY
            case Begin():
                self.facts = jammed(PAGE)
            case Press():
                self.facts = jammed(PAGE, taken_by="budi")
            case Mend():
                self.facts = replace(HEALTHY, phone=(PAGE, RESOLVED))


async def ended(guide: Guide) -> None:
    async with asyncio.timeout(10):
        while guide.under_way is not None:  # noqa: ASYNC110  # what the page asks, asked as the page does
            await asyncio.sleep(0.01)


def test_the_guide_walks_from_a_dead_monitor_to_a_taken_incident() -> None:
    async def walk() -> Mall:
        mall = Mall()
        guide = Guide(mall.look, mall.do, Clock(), counter="Loket A3")
        guide.play(Step.TAKE)
        guide.play(Step.TAKE)  # pressed twice
        assert guide.under_way is not None
        await ended(guide)
        assert guide.failed is None
        return mall

    jam = Begin("jam", "a3-card-printer")
    assert asyncio.run(walk()).done == [Start.MONITOR, jam, Press(7, "ack:1")]


def test_beginning_anew_mends_everything_and_leaves_what_was_told_behind() -> None:
    async def walk() -> Mall:
        mall = Mall()
        mall.facts = jammed(PAGE)
        guide = Guide(mall.look, mall.do, Clock(), counter="Loket A3")
        assert jammed(PAGE).disturbed
        guide.play(Step.HEALTHY)
        await ended(guide)
        assert guide.fresh is not None
        assert not mall.facts.disturbed
        values = phone_values(mall.facts, SPEAK, guide.fresh)
        assert values["bubbles"] == ()
        assert len(phone_values(mall.facts, SPEAK, AT)["bubbles"]) == 2
        return mall

    assert asyncio.run(walk()).done == [Mend("jam", "a3-card-printer")]


def test_another_step_takes_over() -> None:
    async def walk() -> Mall:
        mall = Mall()
        mall.facts = replace(HEALTHY, view=None)
        guide = Guide(mall.look, mall.do, Clock(), counter="Loket A3")
        guide.play(Step.JAM)
        await asyncio.sleep(0.05)
        guide.play(Step.HEALTHY)
        assert guide.under_way is not None
        assert guide.under_way.step is Step.HEALTHY
        mall.facts = HEALTHY
        await ended(guide)
        return mall

    assert asyncio.run(walk()).done == []


def test_what_cannot_be_done_is_said_and_may_be_tried_again() -> None:
    async def walk() -> None:
        mall = Mall()
        mall.starts = False
        guide = Guide(mall.look, mall.do, Clock(), counter="Loket A3")
        guide.play(Step.HEALTHY)
        await ended(guide)
        assert guide.failed == (Step.HEALTHY, "the daemon does not start, see daemon.log")
        mall.starts = True
        guide.play(Step.HEALTHY)
        await ended(guide)
        assert guide.failed is None

    asyncio.run(walk())
