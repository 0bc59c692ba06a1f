"""Cross-checks of people, rosters, policies and channels: a page must always find somebody."""

import re

from alerts.address import email_address
from alerts.settings import ChannelSettings, EmailSettings, PolicySettings
from mppmon.config.check_online import url_expected
from mppmon.config.draft import Draft
from mppmon.config.problem import listed, nearest, quoted
from mppmon.config.settings import PeopleFile
from mppmon.config.tree import Path as KeyPath

FILE = "people.yaml"
_CHAT = re.compile(
    r"-?[1-9][0-9]{0,19}|-[1-9][0-9]{0,19}/[1-9][0-9]{0,19}|@[A-Za-z][A-Za-z0-9_]{4,31}"
)  # a chat's number (a group's is negative), a person in a group, a channel

ALL_NEED_INTERNET = "no channel that works without internet"
"""A warning that may be left as it is: the doctor does not repeat it."""


def check_people(draft: Draft) -> None:
    """Judge who is told, by what, and whether anybody is."""
    _channels(draft)
    if draft.people is None:
        return
    _addresses(draft, draft.people)
    _rosters(draft, draft.people)
    for slug, policy in draft.people.policies.items():
        _policy(draft, draft.people, slug, policy)
    _default(draft, draft.people)
    _teams(draft)


def _channels(draft: Draft) -> None:
    if draft.channels is None:
        return
    for slug, channel in draft.channels.channels.items():
        if not isinstance(channel, EmailSettings):
            draft.judge("channels.yaml", ("channels", slug, "api"), channel.api, url_expected)
    if all(channel.needs_internet for channel in draft.channels.channels.values()):
        draft.warn(
            "channels.yaml",
            ("channels",),
            ALL_NEED_INTERNET,
            "nothing, if that may be: that the mall's own line is cut is then told once it is back. A channel with "
            "`needs_internet: false` (a mail server or SMS gateway within the mall) tells it at once",
        )


def _addresses(draft: Draft, file: PeopleFile) -> None:
    logins: dict[str, str] = {}
    for slug, person in file.people.items():
        for channel, address in person.addresses.items():
            path = ("people", slug, "addresses", channel)
            if draft.refer(FILE, path, channel, "channels") and draft.channels is not None:
                expected = _address_expected(draft.channels.channels.get(channel), address)
                if expected is not None:
                    draft.error(FILE, path, quoted(address), expected)
        if person.login is not None and logins.setdefault(person.login, slug) != slug:
            found = f"{quoted(person.login)}, which {logins[person.login]} has already"
            draft.error(FILE, ("people", slug, "login"), found, "a login that nobody else has")


def _address_expected(channel: ChannelSettings | None, address: str) -> str | None:
    if channel is None:
        return None
    if isinstance(channel, EmailSettings):
        try:
            email_address(address)
        except ValueError as error:
            return str(error)
        return None
    if _CHAT.fullmatch(address):
        return None
    telephone = " (the bot tells it when you write to it; a telephone number does not work)"
    return f"a Telegram chat number such as 123456789{telephone if re.match(r'[+0]', address) else ''}"


def _rosters(draft: Draft, file: PeopleFile) -> None:
    for slug, roster in file.rosters.items():
        for index, member in enumerate(roster.members):
            _reachable(draft, file, ("rosters", slug, "members", index), member)
            _acts(draft, file, ("rosters", slug, "members", index), member)
        if roster.start > draft.today:
            draft.warn(FILE, ("rosters", slug, "start"), str(roster.start), "a past day: nobody is on duty before it")


def _reachable(draft: Draft, file: PeopleFile, path: KeyPath, person: str) -> None:
    if draft.refer(FILE, path, person, "people") and person in file.people and not file.people[person].addresses:
        draft.error(
            FILE,
            path,
            f"{quoted(person)}, who has no address",
            "somebody with `addresses: {<channel>: <address>}` in `people`",
        )


def _acts(draft: Draft, file: PeopleFile, path: KeyPath, person: str) -> None:
    """Warn of who is called and may not answer: the button is refused, and the call goes on to the next one."""
    if person in file.people and file.people[person].role == "coordinator":
        found = f"{quoted(person)}, a coordinator, who may not take on what is wrong"
        draft.warn(FILE, path, found, "`role: technician` for who is called, or somebody else")


def _policy(draft: Draft, file: PeopleFile, slug: str, policy: PolicySettings) -> None:
    path = ("policies", slug)
    finds = False
    for number, step in enumerate(policy.steps):
        for index, target in enumerate(step.notify):
            at = (*path, "steps", number, "notify", index)
            sort, _, name = target.partition(":")
            if sort == "roster" and name:
                draft.refer(FILE, at, name, "rosters")
                roster = file.rosters.get(name)
                finds = finds or roster is None or roster.start <= draft.today
            elif sort == "person" and name:
                _reachable(draft, file, at, name)
                _acts(draft, file, at, name)
                finds = True
            else:
                words = [*(f"roster:{one}" for one in file.rosters), *(f"person:{one}" for one in file.people)]
                draft.error(FILE, at, quoted(target), listed(words), nearest(target, words))
                finds = True  # one error is enough
    for index, person in enumerate(policy.fallback):
        _reachable(draft, file, (*path, "fallback", index), person)
    if policy.fallback:
        return
    if not finds:
        draft.error(
            FILE,
            path,
            "a policy that finds nobody today",
            "`fallback: [<person>]`, or a roster that has begun",
            key=True,
        )
    else:
        draft.warn(FILE, path, "no fallback", "`fallback: [<person>]` for the day when a roster finds nobody")


def _default(draft: Draft, file: PeopleFile) -> None:
    if file.policy is not None:
        draft.refer(FILE, ("policy",), file.policy, "policies")
        return
    known = draft.known["policies"]
    if known is not None and len(known) != 1:
        expected = (
            f"a line `policy: ...` with the one to use: {listed(known)}" if known else "at least one in `policies`"
        )
        draft.error(FILE, ("policy",), "nothing", expected)


def _teams(draft: Draft) -> None:
    """Judge which policy the pages of an agency, and those of a rule, walk."""
    for slug, agency in draft.agencies.agencies.items() if draft.agencies is not None else ():
        if agency.policy is not None:
            draft.refer("agencies.yaml", ("agencies", slug, "policy"), agency.policy, "policies")
    for index, rule in enumerate(draft.rules.rules if draft.rules is not None else ()):
        if "team" in rule.labels:
            draft.refer("rules.yaml", ("rules", index, "labels", "team"), rule.labels["team"], "policies")
