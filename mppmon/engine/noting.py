"""What people write about an incident, and which incidents they say are one."""

from dataclasses import replace

from alerts.timeline import EventKind, Note, note_problem
from mppmon.engine.commands import AddNote, Answer, Merge
from mppmon.engine.merging import merge
from mppmon.engine.numbers import meant, unclosed
from mppmon.engine.turn import Turn
from mppmon.engine.watching import SELF

_SHOWN = 3
"""Notes that messages show; all are in the timeline."""


def add_note(turn: Turn, command: AddNote) -> Answer:
    """Keep a note; also of an incident that was closed lately, for what helped is known only then."""
    command.principal.require(command.principal.may_act(), "note")
    wrong = note_problem(command.text)
    if wrong:
        return Answer(ok=False, code="invalid", text=wrong)
    world, wanted = turn.world, meant(turn.world, command.incident)
    incident = unclosed(world, command.incident)
    lately = next((one for one in world.closed.values() if one.number == wanted.number), None)
    found = incident or lately
    if found is None:
        text = f"{wanted.said}: no incident of this number is open or was closed lately"
        return Answer(ok=False, code="unknown-incident", text=text, incident=wanted.number)
    who, text = command.principal.person or command.principal.name, command.text.strip()
    person = world.loaded.people.get(who)
    name = person.name if person is not None else who
    found = replace(found, notes=(*found.notes[1 - _SHOWN :], Note(turn.now, name, text)))
    if incident is not None:
        world.incidents[found.id] = found
    else:
        world.closed[found.root, found.team] = found
    turn.batch.incidents.append(found)
    turn.event(found.id, EventKind.NOTE, who=who, text=text)
    return Answer(ok=True, code="ok", text=f"{wanted.said}: noted", incident=found.number)


def merge_by_hand(turn: Turn, command: Merge) -> Answer:
    """Let one incident go on in another one; what fails again of the same cause joins it there."""
    command.principal.require(command.principal.may_act(), "merge")
    if command.incident == command.into:
        text = f"#{command.into}: found the same number twice, expected two incidents"
        return Answer(ok=False, code="invalid", text=text)
    source, into = unclosed(turn.world, command.incident), unclosed(turn.world, command.into)
    if source is None or into is None:
        missing = [f"#{n}" for n, one in ((command.incident, source), (command.into, into)) if one is None]
        said = f"{' and '.join(missing)}: no incident of this number that is not closed"
        return Answer(ok=False, code="unknown-incident", text=said)
    if source.id == into.id:
        both = sorted({command.incident, command.into, into.number} - {into.number})
        text = f"{' and '.join(f'#{one}' for one in both)}: part of #{into.number} already; nothing changed"
        return Answer(ok=False, code="already", text=text, incident=into.number)
    if SELF in {source.root, into.root}:
        text = "the monitor's own trouble and a fault of the mall are two things, expected two incidents of the mall"
        return Answer(ok=False, code="invalid", text=text)
    merge(turn, source, into, by=command.principal.person or command.principal.name)
    into = turn.world.incidents[into.id]
    joined = tuple(dict.fromkeys((*into.joined, source.root, *source.joined)))
    into = replace(into, joined=tuple(one for one in joined if one != into.root))
    turn.world.incidents[into.id] = turn.informed[into.id] = into
    turn.batch.incidents.append(into)
    return Answer(ok=True, code="ok", text=f"#{source.number} -> #{into.number}", incident=into.number)
