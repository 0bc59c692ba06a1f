"""Row 29: hostile strings in every field that a device, a provider or a person fills, held against every output."""

import io
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import yaml
from click.testing import CliRunner
from rich.console import Console

from mppmon import cli, control
from mppmon.cli import status
from mppmon.clock import Clock
from mppmon.state import control_socket, database_file
from tests.faults import grammars
from tests.faults.hostile_mall import CHAT, hostile_mall
from tests.faults.hostile_words import ANSI, BIDI, MARK, NAMES, NOTE, REFUSED
from tests.faults.row import Found, Row
from tests.faults.trial import Trial, until

Wrong = list[str]
_TOLD = ("ktp", "counter", "core", "printer", "pc", "place")
"""What messages about the switch name."""


class Reader:
    """Reads outputs of one daemon; `wrong` is what a grammar said, `read` how many outputs there were."""

    def __init__(self, here: Trial) -> None:
        self._here = here
        self._runner = CliRunner()
        self.wrong: Wrong = []
        self.read = 0

    def judge(self, what: str, complaints: list[str]) -> None:
        """Count an output and keep what is wrong with it."""
        self.read += 1
        self.wrong += [f"{what}: {one}" for one in complaints]

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> control.Answer:
        """Ask over the control socket; an answer that is the daemon's own fault is wrong."""
        answer = control.request(control_socket(self._here.state), method, path, headers=dict(headers or {}))
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            self.wrong.append(f"{method} {path[:60]}: {answer.status_code}")
        return answer

    def command(self, *words: str, state: bool = True) -> bytes:
        """Run a command in this process; return all it printed."""
        argv = [*words, *(("--state", str(self._here.state)) if state else ())]
        done = self._runner.invoke(cli.main, argv)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            self.wrong.append(f"mppmon {words[0]}: {done.exception!r:.200}")
        self.judge(f"mppmon {' '.join(words)[:60]}", grammars.terminal(done.output_bytes))
        return done.output_bytes

    def names(self, what: str, output: str, *wanted: str) -> None:
        """Find names as they were given: what is escaped is not to be lost."""
        flat = " ".join(output.split())
        self.wrong += [f"{what}: {one} is not shown" for one in wanted if " ".join(NAMES[one].split()) not in flat]


def _screen(here: Trial) -> bytes:
    """Return what `mppmon status --all` paints on a terminal with colours."""
    painted = io.StringIO()
    status.show(here.status(), Console(file=painted, force_terminal=True, width=100), everything=True)
    return painted.getvalue().encode("utf-8", "surrogateescape")


def _refused_names(reader: Reader, here: Trial) -> None:
    """Name devices what check-config must refuse: it says so, in words that can be shown; the daemon keeps the old."""
    file = here.config / "devices.yaml"
    before = file.read_bytes()

    def named(names: Mapping[str, str]) -> None:
        whole = yaml.safe_load(before)
        bad = {f"bad-{one}": {"kind": "peripheral", "via": "pc", "name": text} for one, text in names.items()}
        file.write_text(yaml.safe_dump(whole | {"devices": whole["devices"] | bad}), encoding="utf-8")

    several = {one: text for one, text in REFUSED.items() if one != "surrogate"}  # half a pair is no YAML at all
    named(several)
    said = reader.command("check-config", str(here.config), state=False).decode()
    reader.wrong += [f"check-config takes bad-{one}" for one in several if f"bad-{one}" not in said]
    reader.command("reload")
    named({"surrogate": REFUSED["surrogate"]})
    if b"1 problem" not in reader.command("check-config", str(here.config), state=False):
        reader.wrong.append("check-config takes half a pair")
    file.write_bytes(before + b"\n# " + ANSI.encode("latin-1") + b"\xff\n")
    if b"1 problem" not in reader.command("check-config", str(here.config), state=False):
        reader.wrong.append("check-config takes bytes that are no text")
    file.write_bytes(before)


def _polled(reader: Reader) -> None:
    """Poll each device by hand: the one place where its own words are told."""
    for device in ("core", "printer", "pc", "web", "tls"):
        answer = reader.ask("POST", f"/api/v1/devices/{device}/poll")
        reader.judge(f"poll {device}", grammars.jsons(answer.content))
        if answer.json().get("outcome") != "ok":
            reader.wrong.append(f"poll {device}: {str(answer.json())[:200]}")
    reader.command("poll", "printer")
    reader.command("poll", "pc")


def _typed(reader: Reader, here: Trial, number: int) -> None:
    """Type everything where people type: what cannot be shown is refused, the rest is kept."""
    hush = "/api/v1/silences?device=finger&seconds=600&"
    for order, (what, text) in enumerate(REFUSED.items()):
        given = quote(text.encode("utf-8", "surrogatepass"))
        asked = [
            reader.ask("POST", f"/api/v1/incidents/{number}/notes?text={given}"),
            reader.ask("POST", f"{hush}reason={given}"),
            reader.ask("POST", f"{hush}reason=uji&name={given}&planned=true"),
            reader.ask("POST", f"/api/v1/incidents/{number}/acknowledge?as={given}"),
            reader.ask("POST", f"/api/v1/devices/{given[:500]}/poll"),
        ]
        for place, one in enumerate(asked):
            reader.judge(f"{what} typed in {place}", grammars.unshown(one.text) if one.content else [])
            taken = one.status_code < httpx.codes.BAD_REQUEST
            if taken and what != "surrogate":  # the way there replaces half a pair by a sign that is shown
                reader.wrong.append(f"{what} typed in {place} is taken")
        here.provider.updates.append(_update(order, f"/note {number} {text}"))
    note = urlencode({"text": NOTE})
    kept = [
        reader.ask("POST", f"/api/v1/incidents/{number}/notes?{note}"),
        reader.ask("POST", f"{hush}{urlencode({'reason': NAMES['reason']})}"),
    ]
    reader.wrong += [f"not taken: {one.text[:100]}" for one in kept if not one.status_code < httpx.codes.BAD_REQUEST]
    here.provider.updates.append(_update(90, f"/note {number} {NOTE}"))
    here.provider.updates.append(_update(91, f"/ack {number}"))
    here.provider.trouble.append(f"SAID {ANSI}{BIDI}\r\nERROR forged: line <b>")
    if not until(lambda: here.status()["incidents"][0]["acknowledged_by"], 15):
        reader.wrong.append("the acknowledgement by the bot was not taken")


def _update(number: int, text: str) -> dict[str, object]:
    who = {"id": int(CHAT), "type": "private", "first_name": ANSI + BIDI}
    return {"update_id": 1000 + number, "message": {"text": text, "chat": who, "from": who}}


def _pages(reader: Reader, here: Trial, number: int) -> None:
    """Read what people read in a browser."""
    base = f"http://127.0.0.1:{here.port}"
    with httpx.Client(base_url=base, timeout=10) as client:
        for path in ("/", "/?lang=en", "/live", f"/incidents/{number}", f"/incidents/{number}?lang=en"):
            page = client.get(path)
            reader.judge(
                path,
                [
                    *grammars.html(page.content),
                    *([] if page.status_code < httpx.codes.BAD_REQUEST else [str(page.status_code)]),
                ],
            )
            said = grammars.shown(page.content)
            wanted = ("ktp", "kk", "counter", "short", "place", "window", "ani", "budi", "roster")
            reader.names(path, said, *(("site", "core", "ktp", "budi") if "incidents" in path else wanted))
            if "incidents" in path and said.count(" ".join(NOTE.split())[:60]) < 1:
                reader.wrong.append(f"{path}: the note is not shown")
        with client.stream("GET", "/events") as stream:
            reader.judge("/events", grammars.events(next(stream.iter_bytes())))


def _answers(reader: Reader, number: int, *, short: bool) -> None:
    """Read what programs read, and reports: each is a process, so one kind in short form."""
    for path in ("status", "oncall", f"incidents/{number}", "silences", "maintenance"):
        answer = reader.ask("GET", f"/api/v1/{path}")
        reader.judge(path, grammars.jsons(answer.content))
    told = "".join(grammars.texts(reader.ask("GET", "/api/v1/status").json()))
    reader.names(
        "status", told, *(one for one in NAMES if one not in {"agency", "short", "roster", "window", "reason"})
    )
    reader.judge("/metrics", grammars.metrics(reader.ask("GET", "/metrics").content))
    day = f"/api/v1/reports/agency/dukcapil?day={Clock().now():%Y-%m-%d}"
    reader.judge("report.csv", grammars.table(reader.ask("GET", f"{day}&format=csv").content))
    if short:
        return
    report = reader.ask("GET", day)
    reader.judge("report.json", grammars.jsons(report.content))
    reader.names("report.json", "".join(grammars.texts(report.json())), "site", "agency", "ktp", "kk", "counter")
    text = reader.ask("GET", f"{day}&format=table")
    reader.judge("report.txt", grammars.terminal(text.content))
    reader.names("report.txt", text.text, "site", "agency", "ktp", "kk", "counter")


def _commands(reader: Reader, here: Trial, number: int) -> None:
    """Read what the command line prints."""
    wanted: Mapping[tuple[str, ...], tuple[str, ...]] = {
        ("status",): ("site", "core", "printer", "pc", "card", "ani", "budi"),
        ("status", "--all"): ("site", "core", "pc", "ani"),  # a table breaks long names over lines
        ("status", "--json"): (),
        ("incident", str(number)): ("core", "ktp", "kk", "counter"),
        ("oncall",): ("ani", "roster"),
        ("silence", "list"): ("reason",),
        ("maintenance", "list"): ("window", "reason"),
        ("note", "999999", NOTE): (),
        ("poll", "no-" + MARK): (),
        ("status\x1b[31m",): (),
    }
    for words, names in wanted.items():
        reader.names(" ".join(words), reader.command(*words).decode("utf-8", "replace"), *names)
    reader.judge("a terminal", grammars.terminal(_screen(here), colours=True))


def _messages(reader: Reader, here: Trial) -> None:
    """Read what arrived, as it came over the wire."""
    for one in here.provider.whole:
        reader.judge("mail" if isinstance(one, bytes) else "chat", _message(one))
    for way in ("mail", "chat"):
        text = "\n".join(one.text for one in here.news() if one.way == way)
        reader.names(way, text, *_TOLD)


def _message(one: object) -> list[str]:
    if isinstance(one, bytes):
        return grammars.mail(one)
    assert isinstance(one, dict)
    return grammars.chat(one) if "text" in one else []


def strings(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Play it: the switch above everything is cut, so that each name is on the page, in lists and in tables."""
    with hostile_mall(folder) as here:
        reader = Reader(here)
        here.start()
        if not here.well():
            reader.wrong.append(f"not well: {str(here.status())[:300]}")
        here.forget()
        _refused_names(reader, here)
        _polled(reader)
        for device, fault in _faults(short):
            here.simulator.begin(fault, device)
            number = here.incident() or 0
            if not until(lambda: {one.way for one in here.news()} == {"mail", "chat"}, 20):
                reader.wrong.append(f"{device}: no page by both ways")
            until(lambda: here.status()["counts"]["devices"]["unknown"] >= 4, 10)
            if device == "core":
                _typed(reader, here, number)
                _pages(reader, here, number)
                _answers(reader, number, short=short)
                _commands(reader, here, number)
            here.simulator.mend()
            if not (here.well() and until(lambda: any("✅" in one.text for one in here.news()), 20)):
                reader.wrong.append(f"{device}: no end is told")
        until(lambda: not _lost(here), 20)
        _messages(reader, here)
        alive = here.process is not None and here.process.poll() is None
        here.stop()
        reader.judge("the log", grammars.log((here.folder / "daemon.log").read_bytes()))
        lost = _lost(here)
    if not alive or lost:
        reader.wrong.append(f"alive {alive}, {lost} lost")
    return Found(not reader.wrong, len(reader.wrong), f"wrong in {reader.read} outputs", "; ".join(reader.wrong)[:2000])


def _lost(here: Trial) -> int:
    """Return how many messages were neither sent nor received; a receipt by the bot shows no key of ours."""
    received = {one.key for one in here.provider.receipts}
    with closing(sqlite3.connect(f"{database_file(here.state).as_uri()}?mode=ro", uri=True)) as database:
        rows = database.execute("select key, channel, status from outbox").fetchall()
    return sum(status != "sent" or (channel == "surat" and key not in received) for key, channel, status in rows)


def _faults(short: bool) -> Iterator[tuple[str, str]]:  # noqa: FBT001  # a row's own
    if not short:
        yield "printer", "jam"
    yield "core", "network-off"


ROWS = (Row(29, "hostile strings in every field to every output", "escaped everywhere, nothing lost", strings),)
