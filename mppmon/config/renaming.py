"""`formerly:`: which ids of the configuration in use are called otherwise in the one that takes its place."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from alerts.settings import Renamed
from mppmon.config import settings as models
from mppmon.config.draft import Draft
from mppmon.config.loaded import Former, Loaded
from mppmon.config.problem import ConfigErrors, Problem, nearest_word, quoted
from mppmon.config.rules import delivered, merged
from mppmon.config.tree import Path as KeyPath
from mppmon.mall.rename import Named, Names, Rename

_COLLECTIONS = {
    Named.AGENCY: "agencies",
    Named.SERVICE: "services",
    Named.COUNTER: "counters",
    Named.DEVICE: "devices",
    Named.PERSON: "people",
    Named.ROSTER: "rosters",
    Named.POLICY: "policies",
    Named.CHANNEL: "channels",
}
"""As `Draft.known` calls them."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One line of a `formerly`, and where it stands."""

    what: Named
    id: str
    former: str
    file: str
    path: KeyPath


@dataclass(frozen=True, slots=True)
class Written:
    """The files that may say `formerly`; None: it could not be read."""

    agencies: models.AgenciesFile | None
    counters: models.CountersFile | None
    devices: models.DevicesFile | None
    people: models.PeopleFile | None
    channels: models.ChannelsFile | None
    rules: models.RulesFile | None


def claims(of: Written | Draft) -> Iterator[Claim]:
    """Return every former id that is claimed, in the order of the files."""
    agencies = of.agencies.agencies if of.agencies else {}
    yield from _all(Named.AGENCY, "agencies.yaml", ("agencies",), agencies)
    for slug, agency in agencies.items():
        yield from _all(Named.SERVICE, "agencies.yaml", ("agencies", slug, "services"), agency.services)
    if of.counters:
        yield from _all(Named.COUNTER, "counters.yaml", ("counters",), of.counters.counters)
    if of.devices:
        yield from _all(Named.DEVICE, "devices.yaml", ("devices",), of.devices.devices)
    if of.people:
        yield from _all(Named.PERSON, "people.yaml", ("people",), of.people.people)
        yield from _all(Named.ROSTER, "people.yaml", ("rosters",), of.people.rosters)
        yield from _all(Named.POLICY, "people.yaml", ("policies",), of.people.policies)
    if of.channels:
        yield from _all(Named.CHANNEL, "channels.yaml", ("channels",), of.channels.channels)
    own = of.rules.rules if of.rules else ()
    for place, rule in enumerate(own):
        yield from _each(Named.RULE, rule.alert, rule.formerly, "rules.yaml", ("rules", place))
    for name in delivered().keys() - {rule.alert for rule in own}:
        yield from _each(Named.RULE, name, delivered()[name].formerly, "rules.yaml", ("rules",))


def former_names(of: Written | Draft) -> dict[tuple[str, str], str]:
    """Return collection (as `Draft.known` calls it) and former id -> the id it has now."""
    return {(_COLLECTIONS[one.what], one.former): one.id for one in claims(of) if one.what is not Named.RULE}


def meant(loaded: Loaded, what: Named, word: str, known: Iterable[str]) -> str:
    """Return what the thing that was called `word` is called now, else the known id that looks most like it, or
    nothing: `a1-pc`, that is `a1-komputer` now, looks like `a2-pc`, which is another counter's.
    """
    now = next((one.id for one in loaded.formerly if one.what is what and one.former == word), None)
    return now if now is not None else nearest_word(word, known)


def _all(what: Named, file: str, path: KeyPath, entries: Mapping[str, Renamed]) -> Iterator[Claim]:
    for slug, entry in entries.items():
        yield from _each(what, slug, entry.formerly, file, (*path, slug))


def _each(what: Named, name: str, formers: Iterable[str], file: str, path: KeyPath) -> Iterator[Claim]:
    for place, former in enumerate(formers):
        yield Claim(what, name, former, file, (*path, "formerly", place))


def check_formerly(draft: Draft) -> None:
    """Judge what can be told without knowing the configuration in use."""
    holders: dict[tuple[Named, str], str] = {}
    for one in claims(draft):
        say = partial(draft.error, one.file, one.path)
        if one.former in _known(draft, one.what):
            found = f"{quoted(one.former)}, which is in use"
            say(found, f"an id that no {one.what} has any more: one that is in use is nobody's former one")
        elif (one.what, one.former) in holders:
            other = holders[one.what, one.former]
            say(f"{quoted(one.former)} again", f"a former id of one {one.what} only: {other} claims it too")
        holders.setdefault((one.what, one.former), one.id)


def _known(draft: Draft, what: Named) -> frozenset[str]:
    if what is Named.RULE:
        return frozenset(merged(draft.rules)) if draft.rules else frozenset()
    return draft.known[_COLLECTIONS[what]] or frozenset()


def former_ids(of: Written | Draft) -> tuple[Former, ...]:
    """Return all claims, with their places where there is a text."""
    found: list[Former] = []
    for one in claims(of):
        place = of.place(one.file, one.path) if isinstance(of, Draft) else (one.file, 0, 0)
        found.append(Former(one.what, one.id, one.former, ".".join(map(str, one.path)), place))
    return tuple(found)


def names(before: Loaded, after: Loaded) -> Names:
    """Return what is renamed when `after` takes the place of `before`: what `after` says was formerly called as in
    `before`; and what `before` says had a name that `after` has again, so that taking an edit back takes its renames
    back.

    ConfigErrors where a history would be joined to another thing's, or come to another agency.
    """
    if not (before.formerly or after.formerly):
        return Names()
    old, new = _ids(before), _ids(after)
    found: dict[tuple[Named, str], Rename] = {}
    problems: list[Problem] = []
    for one in after.formerly:
        if one.former not in old[one.what]:
            continue  # of an earlier rename
        held = found.get((one.what, one.id))
        if held is not None or one.id in old[one.what]:
            other = quoted(held.old if held else one.id)
            expected = f"no such line: {other} was watched beside it, and two histories are not joined"
            problems.append(_problem(one, expected))
        else:
            found[one.what, one.id] = Rename(one.what, one.former, one.id)
    for one in before.formerly:
        gone = one.id not in new[one.what] and all(rename.old != one.id for rename in found.values())
        if gone and one.former in new[one.what] - old[one.what] and (one.what, one.former) not in found:
            found[one.what, one.former] = Rename(one.what, one.id, one.former)
    renamed = Names.of(found.values(), after.revision)
    agencies = {place: rename for place, rename in found.items() if not _same_agency(rename, renamed, before, after)}
    claimed = {(one.what, one.id, one.former): one for one in after.formerly}
    for place, rename in agencies.items():
        del found[place]
        said = claimed.get((rename.what, rename.new, rename.old))
        if said is not None:  # otherwise an edit taken back and another one at once: then it is another thing
            move = f"a history does not move to another; rename {rename.new} first, move it with the next reload"
            expected = f"a former id of the same agency: {move}"
            problems.append(_problem(said, expected))
    if problems:
        raise ConfigErrors(problems)
    return Names.of(found.values(), after.revision)


def _problem(one: Former, expected: str) -> Problem:
    return Problem(*one.place, one.key, quoted(one.former), expected)


def _ids(loaded: Loaded) -> Mapping[Named, frozenset[str]]:
    mall = loaded.mall
    return {
        Named.AGENCY: frozenset(mall.agencies),
        Named.SERVICE: frozenset(mall.services),
        Named.COUNTER: frozenset(mall.counters),
        Named.DEVICE: frozenset(mall.devices),
        Named.PERSON: frozenset(loaded.people),
        Named.ROSTER: frozenset(loaded.rotations),
        Named.POLICY: frozenset(loaded.policies),
        Named.CHANNEL: frozenset(loaded.channels),
        Named.RULE: frozenset(one.name for one in loaded.rules),
    }


def _same_agency(one: Rename, names: Names, before: Loaded, after: Loaded) -> bool:
    was, its = _agency(one.what, one.old, before), _agency(one.what, one.new, after)
    return its == (was and names.one(Named.AGENCY, was))


def _agency(what: Named, name: str, loaded: Loaded) -> str | None:
    mall = loaded.mall
    if what is Named.SERVICE:
        return mall.services[name].agency
    if what is Named.COUNTER:
        return mall.counters[name].agency
    return mall.devices[name].agency if what is Named.DEVICE else None
