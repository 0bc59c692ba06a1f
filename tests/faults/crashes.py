"""Rows 1 to 3: killed at every point between an observation and a message that was sent."""

import random
import signal
from pathlib import Path
from uuid import uuid4

from tests.faults.points import POINTS
from tests.faults.row import Found, Row
from tests.faults.trial import Judgement, Trial, trial, until
from tests.servers.prometheus import pause

_SHORT = ("wrote-outbox", "after-commit", "after-lease", "after-200")
_NEVER = {  # a scenario's transaction does not touch these
    "fault": {"wrote-audit", "wrote-command"},
    "ack": {"observed", "wrote-transition", "wrote-alert"},
    "recovery": {"observed", "wrote-audit", "wrote-command"},
}


def labelled(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Die at each labelled point of a fault, an acknowledgement and a recovery."""
    with trial(folder) as here:
        here.start()
        here.well()
        missed: list[str] = []
        faults = ["jam", "power-off"]
        for number, point in enumerate(_SHORT if short else POINTS):
            _cycle(here, point, faults[number % 2], missed, short=short)
            if not short:
                _cycle(here, point, faults[1 - number % 2], missed, short=short)
        found = here.judge()
        return _said(found, missed)


def _cycle(here: Trial, point: str, fault: str, missed: list[str], *, short: bool) -> None:
    """One incident from its beginning to its end, with a kill at `point` of each of its three scenes."""
    scenes = ("fault", "ack", "recovery")
    deaths = {scene for scene in scenes if point not in _NEVER[scene]}
    if short:
        deaths &= {scenes[_SHORT.index(point) % 3]}

    def check(scene: str, *, well: bool) -> None:
        if not well:
            missed.append(f"{scene}@{point}")

    def arm(scene: str) -> None:
        if scene in deaths:
            here.arm(point)

    def revive(scene: str) -> None:
        if scene in deaths:
            check(f"not reached: {scene}", well=here.died())
            if here.process is not None and here.process.poll() is None:
                here.stop(signal.SIGKILL)
            here.start()

    here.forget()
    arm("fault")
    here.simulator.begin(fault, "printer")
    revive("fault")
    number = here.incident() or 0
    check("page", well=here.arrived(1))
    arm("ack")
    key = str(uuid4())
    said = here.acknowledge(number, key)
    revive("ack")
    if not said:
        here.acknowledge(number, key)
    check("word of the acknowledgement", well=here.arrived(2))
    arm("recovery")
    here.simulator.mend()
    revive("recovery")
    check("recovery", well=here.arrived(3) and here.well())


def _said(found: Judgement, missed: list[str]) -> Found:
    note = f"{found.kills} kills, {found.repeats} repeats, at most {found.most} receipts per key"
    if missed:
        note += f"; {'; '.join(missed)}"
    return Found(found.ok and not missed, found.lost, "lost", note)


def at_random(folder: Path, kills: int, seed: int = 1) -> Found:
    """Kill at random times while faults come and go; then let it be, and count."""
    dice = random.Random(seed)  # noqa: S311  # a test's dice
    with trial(folder) as here:
        here.start()
        here.well()
        broken = False
        faults = 0
        for _ in range(kills):
            if broken:
                here.simulator.mend()
            else:
                here.simulator.begin(dice.choice(["jam", "power-off"]), "printer")
                faults += 1
            broken = not broken
            pause(dice.uniform(0.0, 4.0))
            here.stop(signal.SIGKILL)
            here.begin()
            pause(dice.uniform(0.0, 5.0))
        here.simulator.mend()
        missed = [] if here.well() else ["not well at the end"]
        pause(4.0)  # what was retried comes after its back-off
        return _said(here.judge(), missed)


def after_the_200(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Die when the provider has said yes, and see the repeat under the same key."""
    with trial(folder) as here:
        here.start()
        here.well()
        missed = []
        for _ in range(1 if short else 20):
            here.forget()
            here.arm("after-200")
            here.simulator.begin("jam", "printer")
            if not here.died():
                missed.append("it did not die")
            here.start()
            if not (here.arrived(1) and _twice(here)):
                missed.append("no repeat")
            here.simulator.mend()
            here.well()
            here.arrived(2)
        found = here.judge()
        if found.most > 2:  # the message and its one repeat
            missed.append("more than one repeat of a key")
        return Found(
            found.ok and not missed, found.repeats / max(1, found.kills), "repeats per kill", _said(found, missed).note
        )


def _twice(here: Trial) -> bool:
    return bool(until(lambda: len(here.news()) >= 2, 15))  # the message and its repeat


def acknowledged(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Die before and after the commit of an acknowledgement; the same command id is asked again."""
    wrong: list[str] = []
    with trial(folder) as here:
        here.start()
        here.well()
        here.simulator.begin("jam", "printer")
        number = here.incident() or 0
        here.arrived(1)
        points = ("before-commit",) if short else ("decided", "wrote-command", "wrote-outbox", "before-commit")
        key = ""
        for point in points:
            key = str(uuid4())
            here.arm(point)
            said = here.acknowledge(number, key)
            if said or not here.died():
                wrong.append(f"answered {said!r} at {point}")
            here.start()
            here.incident()
            if here.status()["incidents"][0]["acknowledged_by"]:
                wrong.append(f"kept though it was not answered: {point}")
        for _ in range(5):  # other things are committed, too: until it died after this one
            key = str(uuid4())
            here.arm("after-commit")
            if here.acknowledge(number, key) or not here.died():
                wrong.append("answered at after-commit")
            kept = here.taken()
            here.start()
            here.incident()
            if kept:
                break
        else:
            wrong.append("it never died after the commit of an acknowledgement")
        if not here.status()["incidents"][0]["acknowledged_by"]:
            wrong.append("lost though it was committed")
        again = here.acknowledge(number, key)
        if again != "ok":
            wrong.append(f"the same command again: {again}")
        here.arrived(2)
        here.simulator.mend()
        here.well()
        here.arrived(3)
        found = here.judge()
    return Found(
        found.ok and not wrong,
        len(wrong),
        "answers not kept, or kept unanswered",
        "; ".join(wrong) or f"{found.kills} kills, {found.lost} lost",
    )


ROWS = (
    Row(1, "kill -9 at every labelled point", "0 lost, at most 1 repeat per kill, same key", labelled),
    Row(
        1,
        "kill -9 at random times",
        "0 lost, at most 1 repeat per kill",
        lambda folder, short: at_random(folder, 1 if short else 40),
    ),
    Row(2, "kill after the provider's 200", "at most 1 repeat per kill, same key", after_the_200),
    Row(3, "kill between acknowledgement and commit", "acknowledged means durable", acknowledged),
)
