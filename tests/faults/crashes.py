"""Rows 1 to 3: killed at every point between an observation and a message that was sent."""

import random
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from uuid import uuid4

from tests.faults.oracle import Judgement, together
from tests.faults.points import POINTS
from tests.faults.row import Found, Row
from tests.faults.trial import Trial, trial, until
from tests.servers.prometheus import pause

_SHORT = ("wrote-outbox", "after-commit", "after-lease", "after-200")
_LIVES = 2.5
"""Seconds within which a daemon starts, sees a fault, confirms it and tells it here."""
_NEVER = {  # a scenario's transaction does not touch these
    "fault": {"wrote-audit", "wrote-command"},
    "ack": {"observed", "wrote-transition", "wrote-alert"},
    "recovery": {"observed", "wrote-audit", "wrote-command"},
}


def labelled(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Die at each labelled point of a fault, an acknowledgement and a recovery; each fault is judged by itself."""
    with trial(folder) as here:
        here.start()
        here.well()
        missed: list[str] = []
        judged: list[Judgement] = []
        faults = ["jam", "power-off"]
        for number, point in enumerate(_SHORT if short else POINTS):
            for fault in faults if not short else faults[number % 2 :][:1]:
                since = here.mark()
                _cycle(here, point, fault, missed, short=short)
                judged.append(here.judge(since))
        return _said(judged, missed)


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
    check("recovery", well=here.arrived(3) and here.well() and here.settled())


def _said(judged: Sequence[Judgement], missed: Sequence[str]) -> Found:
    found = together(judged)
    wrong = [f"fault {place}: {one}" for place, one in enumerate(judged, 1) if not one.ok]
    note = f"{found.kills} kills in {len(judged)} faults, {found.repeats} repeats, at most {found.worst} after one kill"
    return Found(not wrong and not missed, found.lost, "lost", "; ".join([note, *missed, *wrong]))


def at_random(folder: Path, kills: int, *, seed: int = 1, lanes: int = 1) -> Found:
    """Kill at random times and right after a receipt, until every fault and its recovery have been told all the same.

    `lanes`: malls with a daemon each, side by side.
    """
    with ThreadPoolExecutor(lanes) as pool:
        done = list(
            pool.map(
                lambda lane: _lane(folder / f"{lane}", kills // lanes, random.Random(seed + lane)),  # noqa: S311  # dice
                range(lanes),
            )
        )
    return _said([one for judged, _ in done for one in judged], [one for _, missed in done for one in missed])


def _lane(folder: Path, kills: int, dice: random.Random) -> tuple[list[Judgement], list[str]]:
    judged: list[Judgement] = []
    missed: list[str] = []
    with trial(folder) as here:
        here.start()
        here.well()
        before = here.kills
        while here.kills < before + kills:
            since = here.mark()
            here.forget()
            here.simulator.begin(dice.choice(("jam", "power-off")), "printer")
            _kill_some(here, dice, before + kills - 1)
            if not here.arrived(1, 40):
                missed.append(f"fault {len(judged)} never told")
            here.simulator.mend()
            _kill_some(here, dice, before + kills)
            if not (here.arrived(2, 40) and here.well() and here.settled()):
                missed.append(f"recovery {len(judged)} never told")
            judged.append(here.judge(since))
    return judged, missed


def _kill_some(here: Trial, dice: random.Random, until_kills: int) -> None:
    """Kill and start one to three times: at any instant from the start on, or within 20 ms of the next receipt."""
    came = Event()
    here.provider.on_receipt = lambda _: came.set()
    for _ in range(min(dice.randint(1, 3), max(0, until_kills - here.kills))):
        came.clear()
        if dice.random() < 0.5:  # half and half
            pause(dice.uniform(0.0, _LIVES))
        elif came.wait(_LIVES + 1.0):
            pause(dice.uniform(0.0, 0.02))
        here.stop(signal.SIGKILL)
        here.begin()
    here.provider.on_receipt = lambda _: None


def after_the_200(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Die when the provider has said yes, and see the repeat under the same key."""
    with trial(folder) as here:
        here.start()
        here.well()
        missed: list[str] = []
        judged: list[Judgement] = []
        for _ in range(1 if short else 20):
            since = here.mark()
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
            here.settled()
            judged.append(here.judge(since))
        said = _said(judged, missed)
        found = together(judged)
        return Found(
            said.ok and found.most == 2,  # the message and its one repeat
            found.repeats / max(1, found.kills),
            "repeats per kill",
            said.note,
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
        "0 lost, at most 1 repeat per kill, same key",
        lambda folder, short: at_random(folder, 2) if short else at_random(folder, 100, lanes=2),
    ),
    Row(
        1,
        "1,000 kills -9 at random times",
        "0 lost, at most 1 repeat per kill, same key",
        lambda folder, _short: at_random(folder, 1000, seed=20261124, lanes=4),
        night=True,
    ),
    Row(2, "kill after the provider's 200", "at most 1 repeat per kill, same key", after_the_200),
    Row(3, "kill between acknowledgement and commit", "acknowledged means durable", acknowledged),
)
