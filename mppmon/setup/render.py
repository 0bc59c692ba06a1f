"""Answers -> the files of a small configuration, with comments in the reader's language. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from mppmon.setup.answers import TELEGRAM, Answers, EmailAnswers, LineAnswers, NoAnswers
from mppmon.setup.words import Translate, folded, free, slug
from mppmon.setup.yaml_text import written

TOKEN, PASSWORD = "secrets/telegram-token", "secrets/mail-password"
_AT_COUNTERS = ("kiosk", "display", "card-printer", "receipt-printer", "scanner", "peripheral")
LOCAL = "root@localhost"
"""Where messages go while there is no channel: this machine's own mail."""


@dataclass(frozen=True, slots=True)
class Names:
    """The ids that everything gets."""

    site: str
    agencies: tuple[str, ...]
    services: tuple[tuple[str, ...], ...]
    counters: tuple[tuple[str, ...], ...]
    people: tuple[str, ...]
    channel: str


def names(answers: Answers) -> Names:
    """Give everything an id, each once."""
    taken: set[str] = set()

    def take(base: str) -> str:
        found = free(base, taken)
        taken.add(found)
        return found

    agencies = tuple(take(slug(one.short)) for one in answers.agencies)
    counters = tuple(tuple(take(slug(_bare(name))) for name in one.counters) for one in answers.agencies)
    site = answers.id or take(slug(answers.mall))
    services: list[tuple[str, ...]] = []
    known: set[str] = set()
    for agency, one in zip(agencies, answers.agencies, strict=True):
        ids: list[str] = []
        for name in one.services:
            base = slug(name)
            ids.append(free(base if base not in known else slug(f"{agency}-{name}"), known))
            known.add(ids[-1])
        services.append(tuple(ids))
    people: list[str] = []
    for person in answers.people:
        words = folded(person.name).split()
        people.append(free(slug(words[0]) if words else "", people))
    channel = {"telegram": "telegram", "email": "surat", "none": "surat-lokal"}[answers.channel.type]
    return Names(site, agencies, tuple(services), counters, tuple(people), channel)


def _bare(name: str) -> str:
    """Return a counter's name without the word for it: `Loket A1` -> `A1`."""
    words = folded(name).split()
    return " ".join(words[1:]) if len(words) > 1 and words[0] in {"loket", "counter"} else name


def render(answers: Answers, today: date, _: Translate) -> dict[str, str]:
    """Return file -> text. `today`: the mall's date; the roster begins before it."""
    ids = names(answers)
    return {
        "site.yaml": _site(answers, ids, _),
        "agencies.yaml": _agencies(answers, ids, _),
        "counters.yaml": _counters(answers, ids, _),
        "devices.yaml": _devices(answers.line, _),
        "people.yaml": _people(answers, ids, today, _),
        "channels.yaml": _channels(answers, ids, _),
    }


def _file(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def _week(key: str, week: Mapping[str, tuple[str, ...]]) -> list[str]:
    every = [f"    {days}: {many[0] if len(many) == 1 else written(many)}" for days, many in week.items()]
    return [f"  {key}:", *every] if every else []


def _site(answers: Answers, ids: Names, _: Translate) -> str:
    lines = [
        f"# {_('The mall: its name, time zone, service hours, and its own internet line.')}",
        "version: 1",
        "",
        "site:",
    ]
    lines += [f"  id: {ids.site}", f"  name: {written(answers.mall)}", f"  timezone: {answers.zone}"]
    if answers.line is not None:
        lines.append(f"  # {_('Cut when every anchor is silent; what is outside is then unknown, not broken.')}")
        lines.append(f"  uplink: {written(_uplink(answers.line))}")
    else:
        lines.append(f"  # {_('Not watched yet: the own line. See uplink in docs/config.md.')}")
    lines += ["", "hours:", *_week("open", answers.hours), *_week("breaks", answers.breaks)]
    lines += ["", f"# {_('Public holidays and joint leave are known; correct them here.')}"]
    lines += ["holidays:", "  country: ID", "  joint_leave: true", "  add: {} # 2026-10-13: Hari jadi kota", ""]
    return _file(lines[:-1])


def _uplink(line: LineAnswers) -> dict[str, object]:
    return {
        "device": "internet",
        "gateway": "router",
        "anchors": [f"anchor-{n}" for n in range(1, len(line.anchors) + 1)],
    }


def _agencies(answers: Answers, ids: Names, _: Translate) -> str:
    lines = [
        f"# {_('Agencies and what citizens come for.')}",
        f"# {_('needs: without one of these roles a service stops; uses: without it the service is limited.')}",
        f"# {_('`mppmon import inventory` sets needs to [pc] once every counter has its PC.')}",
        "version: 1", "", "agencies:",
    ]  # fmt: skip
    for agency, services, one in zip(ids.agencies, ids.services, answers.agencies, strict=True):
        lines += [
            f"  {agency}:",
            f"    name: {written(one.name or one.short)}",
            f"    short: {written(one.short)}",
            "    services:",
        ]
        for service, name in zip(services, one.services, strict=True):
            lines += [f"      {written(service)}:", f"        name: {written(name)}"]
    return _file(lines)


def _counters(answers: Answers, ids: Names, _: Translate) -> str:
    lines = [
        f"# {_('Counters: whose they are, where, with which devices, for how many citizens an hour.')}",
        f"# {_('Here every counter gives all services of its agency: take out what it does not give.')}",
        "version: 1", "", "counters:",
    ]  # fmt: skip
    for number, one in enumerate(answers.agencies):
        for counter, name in zip(ids.counters[number], one.counters, strict=True):
            rate = f"{{citizens_per_hour: {round(one.citizens_per_hour / len(one.services), 1):g}}}"
            lines += [
                f"  {written(counter)}:",
                f"    name: {written(name)}",
                f"    agency: {written(ids.agencies[number])}",
            ]
            lines += [f"    place: {written(one.place or _('Floor 1'))}", "    roles: {}", "    services:"]
            lines += [f"      {written(service)}: {rate}" for service in ids.services[number]]
    return _file(lines)


def _devices(line: LineAnswers | None, _: Translate) -> str:
    lines = [
        f"# {_('The inventory. Fill it with: mppmon import inventory inventaris.xlsx')}",
        "version: 1", "",
        f"# {_('What devices of one kind have in common; what a device says itself wins.')}",
        "defaults:",
        f"  pc: {{expected_on: service-hours}} # {_('with agent: {} once the agent is installed on the PCs')}",
        *(f"  {kind}: {{expected_on: service-hours}}" for kind in _AT_COUNTERS),
        f"  printer: {{expected_on: service-hours, snmp: {{}}}} # {_('asked by SNMP: paper, toner, jams')}",
        f"  online-system: {{outside: true}} # {_('beyond the own line')}",
    ]  # fmt: skip
    if line is None:
        return _file([*lines, "", "devices: {}"])
    lines += [
        "", "devices:",
        f"  internet: {{kind: passive, name: {written(_('The internet line'))}, parents: [router]}}",
        f"  router: {{kind: router, name: {written(_('Main router'))}, address: {written(line.gateway)}}}",
    ]  # fmt: skip
    for number, anchor in enumerate(line.anchors, start=1):
        name = written(_("Internet anchor {number}").format(number=number))
        lines.append(f"  anchor-{number}: {{kind: server, name: {name}, outside: true, address: {written(anchor)}}}")
    return _file(lines)


def _people(answers: Answers, ids: Names, today: date, _: Translate) -> str:
    solo = len(ids.people) == 1 or answers.roster == "solo"
    members = ids.people[:1] if solo else ids.people
    start = today - timedelta(days=today.weekday() + 7)
    lines = [f"# {_('Who is told, in which order, and who is on duty.')}", "version: 1", "", "people:"]
    for number, (person, one) in enumerate(zip(ids.people, answers.people, strict=True)):
        lines += [f"  {person}:", f"    name: {written(one.name)}", f"    language: {answers.language}"]
        lines.append(f"    role: {'administrator' if number == 0 else 'technician'}")
        lines.append(f"    addresses: {{{ids.channel}: {written(one.address or LOCAL)}}}")
    turns = (
        _("One person is always on duty.")
        if solo
        else _("Turns begin on the weekday of start, at handover, mall time.")
    )
    lines += ["", f"# {turns}", "rosters:", "  piket:", f"    name: {written(_('Technicians on duty'))}"]
    lines += [f"    rotation: {'daily' if answers.roster == 'daily' else 'weekly'}", f"    start: {start.isoformat()}"]
    lines += ['    handover: "08:00"', f"    members: {written(members)}", ""]
    lines += [
        f"# {_('Each step tells its people and waits (seconds) for an answer; then the next step.')}",
        "policies:",
        "  utama:",
    ]
    lines += ["    steps:", '      - {notify: ["roster:piket"], wait: 300}']
    if len(ids.people) > 1:
        lines.append(f"      - {{notify: {written([f'person:{one}' for one in ids.people])}, wait: 600}}")
    lines += [
        "    repeat: 3",
        f"    fallback: {written(ids.people[:1])} # {_('when a step finds nobody')}",
        "policy: utama",
    ]
    return _file(lines)


def _channels(answers: Answers, ids: Names, _: Translate) -> str:
    one = answers.channel
    lines = [f"# {_('How people are told.')}", "version: 1", "", "channels:"]
    if isinstance(one, NoAnswers):
        lines.append(f"  # {_('No channel yet: messages go to the mail of this machine. Put yours here.')}")
        its: dict[str, object] = {"type": "email", "needs_internet": "no", "host": "localhost", "port": 25}
        its |= {"security": "none", "sender": LOCAL}
    elif isinstance(one, EmailAnswers):
        its = {
            "type": "email",
            "needs_internet": "yes" if one.needs_internet else "no",
            "host": one.host,
            "port": one.port,
        }
        its |= {"security": one.security, "sender": one.sender}
        its |= {"username": one.username, "password_file": PASSWORD} if one.username else {}
    else:
        its = {"type": "telegram", "token_file": TOKEN, **({"api": one.api} if one.api != TELEGRAM else {})}
    lines.append(f"  {ids.channel}:")
    for key, value in its.items():
        plain = key in {"needs_internet", "port"}
        note = f" # {_('only mppmon may read this file')}" if key.endswith("_file") else ""
        lines.append(f"    {key}: {value if plain else written(value)}{note}")
    return _file(lines)
