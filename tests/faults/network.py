"""Rows 17 and 19: a resolver that is dead or slow, and targets that swallow what they are sent."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from mppmon.clock import Clock
from tests.bench.snmp_responder import responding
from tests.faults import resolver
from tests.faults.figures import Figures, look
from tests.faults.resolver import asking, name_server
from tests.faults.row import Found, Row
from tests.faults.trial import Trial, edit, fresh, until
from tests.faults.truth import apart
from tests.servers.online_fakes import black_hole
from tests.servers.prometheus import pause

LATEST = 1.0
"""Seconds: DESIGN section 5, promise 5."""

_DOMAIN = "mall.test"
_NAMED = 20  # PCs that only a name leads to, beside the mall's own


def _names() -> dict[str, str]:
    """Return every name of the trial."""
    several = {f"n{number}.{_DOMAIN}": "127.61.0.3" for number in range(_NAMED)}
    return several | {f"printer.{_DOMAIN}": "127.61.0.2", f"pc.{_DOMAIN}": "127.61.0.3", f"mail.{_DOMAIN}": "127.0.0.1"}


def _by_name(config: Path) -> None:
    """Let devices and the mail server be known by name; Budi is reached by the bot, whose gateway has an address."""

    def devices(whole: dict[str, Any]) -> None:
        known = whole["devices"]
        port = known["pc"]["agent"]["port"]
        for device in ("printer", "pc"):
            known[device]["address"] = f"{device}.{_DOMAIN}"
        for number in range(_NAMED):
            known[f"n{number}"] = {
                "kind": "pc",
                "name": f"PC {number}",
                "parents": ["core"],
                "address": f"n{number}.{_DOMAIN}",
                "liveness": {"way": "tcp", "port": port},
            }

    def people(whole: dict[str, Any]) -> None:
        whole["people"]["budi"] = {"name": "Budi", "addresses": {"chat": "102"}}
        whole["policies"]["utama"]["steps"] = [{"notify": ["roster:teknisi", "person:budi"], "wait": 600}]

    edit(config, "devices.yaml", devices)
    edit(config, "people.yaml", people)
    edit(config, "channels.yaml", lambda whole: whole["channels"]["surat"].update(host=f"mail.{_DOMAIN}"))


def names(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Let the resolver be dead (3 s; at length 330 s, for SNMP keeps a name for 300 s) or slow, then be well again."""
    wrong: list[str] = []
    worst = 0.0
    folder.mkdir(parents=True)
    with name_server(_names()) as server, fresh(folder / "names", _by_name) as here:
        here.prefix = asking(server, folder, patience=1 if short else 5)
        here.start()
        if not (here.well() and until(lambda: here.status()["counts"]["devices"]["up"] == _NAMED + 5, 20)):
            wrong.append(f"not well by name: {here.status()['counts']['devices']}")
        for mode, seconds in ((resolver.DEAD, 3.0 if short else 330.0), *(() if short else ((resolver.SLOW, 30.0),))):
            worst = max(worst, _without_names(here, server, mode, seconds, wrong))
        if not short:
            _born_blind(here, server, wrong)
    return Found(worst <= LATEST and not wrong, worst, "s late at the most (p99)", "; ".join(wrong))


def _without_names(here: Trial, server: resolver.NameServer, mode: str, seconds: float, wrong: list[str]) -> float:
    """Return the lateness (p99) while the resolver is so; what is not as promised goes into `wrong`."""
    subjects = ("pc/reach", "printer/reach", *(f"n{number}/reach" for number in range(_NAMED)))
    before = {one: len(here.states(one)) for one in subjects}
    here.forget()
    asked, begun = server.asked, look(here.port)
    server.mode = mode
    pause(seconds)
    here.simulator.begin("jam", "printer")
    if not until(lambda: [one for one in here.news() if one.way == "chat"], 15):
        wrong.append(f"{mode}: no page by the channel that needs no name")
    late = look(here.port)
    changed = {one: states for one in subjects if set(states := here.states(one)[before[one] :]) - {"up"}}
    if changed:
        wrong.append(f"{mode}: {changed}")
    if mode == resolver.DEAD and [one for one in here.news() if one.way == "mail"]:
        wrong.append("a mail found its way without a name: nothing was on trial")
    if server.asked == asked:
        wrong.append("nobody asked for a name: nothing was on trial")
    server.mode = resolver.OK
    if not until(lambda: {one.way for one in here.news()} == {"chat", "mail"}, 90):
        wrong.append(f"{mode}: the mail did not come afterwards")
    here.simulator.mend()
    here.well()
    return late.p99(begun)


def _born_blind(here: Trial, server: resolver.NameServer, wrong: list[str]) -> None:
    """Start while no name was ever known: unknown, not down; what has an address is watched, and pages."""
    here.stop()
    before = len(here.states("pc/reach"))
    server.mode = resolver.DEAD
    here.start()
    here.forget()
    pause(15)
    here.simulator.begin("power-off", "core")
    if not until(lambda: [one for one in here.news() if one.way == "chat"], 20):
        wrong.append("started without names: no page")
    if "down" in here.states("pc/reach")[before:]:
        wrong.append("started without names: down")
    here.simulator.mend()
    server.mode = resolver.OK
    if not here.well(60):
        wrong.append("not well when names are back")


@contextmanager
def _listening(*, hang: bool) -> Iterator[int]:
    """Accept connections; `hang`: and say nothing, else hang up at once. Yields the port at every loopback address."""
    listener = socket.create_server(("", 0), backlog=512)
    held: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                talk, _ = listener.accept()
                if hang:
                    held.append(talk)
                else:
                    talk.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)  # wakes the accept
        listener.close()
        thread.join(10)
        for one in held:
            one.close()


_BESIDE = 5.0
"""Seconds in short form, which other tests share the machine with; waiting for one hole after another takes 20."""


@contextmanager
def _swallowing() -> Iterator[int]:
    """Take datagrams and answer none. Yields the port at every loopback address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("", 0))
        yield int(sock.getsockname()[1])


def _many(count: int, ports: dict[str, int]) -> Callable[[Path], None]:
    """Add `count` devices, of which a fifth swallow what they are sent: SNMP, TCP and HTTP by turns."""
    snmp, tcp = {"liveness": {"way": "snmp"}, "kind": "printer"}, {"kind": "pc", "liveness": {"way": "tcp"}}
    good = (
        {**snmp, "snmp": {"port": ports["snmp"]}},
        {**tcp, "liveness": {"way": "tcp", "port": ports["tcp"]}},
    )
    holes = (
        {**snmp, "snmp": {"port": ports["swallow"], "timeout": 0.5, "retries": 0}},
        {**tcp, "agent": {"port": ports["hole"], "timeout": 2}},
        {**tcp, "agent": {"port": ports["hang"], "timeout": 2}},
    )

    def change(config: Path) -> None:
        def devices(whole: dict[str, Any]) -> None:
            for number in range(count):
                kinds, name = (holes, "hole") if number % 5 == 0 else (good, "good")
                settings = kinds[number // 5 % len(kinds)]
                address = f"127.64.{number // 250}.{number % 250 + 1}"
                whole["devices"][f"{name}-{number}"] = {**settings, "name": f"{name} {number}", "address": address}

        edit(config, "devices.yaml", devices)
        match = {"device": [f"hole-{number}" for number in range(0, count, 5)]}
        start = f"{Clock().now() - timedelta(days=1):%Y-%m-%d} 00:00"
        window = {"name": "lubang", "reason": "uji", "match": match, "start": start, "duration": "3d"}
        (config / "maintenance.yaml").write_text(yaml.safe_dump({"version": 1, "windows": {"lubang": window}}))

    return change


def holes(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Let 20 % of the targets swallow what they are sent: the others are asked in time, and a fault is told as ever."""
    count, seconds = (100, 3.0) if short else (500, 120.0)
    wrong: list[str] = []
    with ExitStack() as stack:
        ports = {
            "snmp": stack.enter_context(responding(everywhere=True)).port,
            "swallow": stack.enter_context(_swallowing()),
            "tcp": stack.enter_context(_listening(hang=False)),
            "hang": stack.enter_context(_listening(hang=True)),
            "hole": black_hole(stack, everywhere=True),
        }
        here = stack.enter_context(fresh(folder, _many(count, ports)))
        here.start()
        if not here.well():
            wrong.append("not well")
        if not until(lambda: here.status()["counts"]["devices"]["down"] >= count // 5 * 2 // 3, 60):
            wrong.append(f"holes are not down: {here.status()['counts']['devices']}")
        before = look(here.port)
        pause(seconds)
        after = look(here.port)
        here.forget()
        here.simulator.begin("jam", "printer")
        begun = Clock().monotonic()
        paged = until(here.about_services, 25)
        told = Clock().monotonic() - begun
        good = [one for number in range(count) if number % 5 for one in here.states(f"good-{number}/reach")]
        here.simulator.mend()
        here.well()
        off = apart(here)
    late = after.p99(before)
    _hold(after, before, good, wrong)
    if not paged:
        wrong.append("no page")
    note = f"{after.count(before)} polls of {count} devices, page after {told:.1f} s, truth within {off:.2f} s"
    allowed = _BESIDE if short else LATEST
    if off > allowed:
        wrong.append("it believed what was not so")
    return Found(late <= allowed and not wrong, late, "s late at the most (p99)", "; ".join((note, *wrong)))


def _hold(after: Figures, before: Figures, good: list[str], wrong: list[str]) -> None:
    if set(good) != {"up"}:
        wrong.append(f"others became {set(good)}")
    if local := after.count(before, "local"):
        wrong.append(f"{local} polls could not be made")


ROWS = (
    Row(17, "resolver dead, slow", "others on time, last address kept, page without names, no false down", names),
    Row(19, "20 % of targets swallow what they are sent", "p99 lateness of the others <= 1 s", holes),
)
