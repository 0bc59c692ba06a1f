"""A small mall in which everything that can be named has a hostile name, and what is online answers hostile words."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from mppmon.clock import Clock
from mppmon.demo.simulator import launch
from tests.faults.hostile_words import DEVICE, NAMES
from tests.faults.trial import Trial, edit, fresh
from tests.servers.online_fakes import certificate

CHAT = "101"
_BODY = b"".join(DEVICE)
_HEAD = (
    b"HTTP/1.1 200 \x1b[31mSAID ok\r\nServer: SAID <script>\xe2\x80\xae\x9b\r\n"
    b"Content-Type: text/html; charset=\xff{who}\r\n"
    b"Set-Cookie: SAID=%s\r\nLocation: javascript:SAID\r\nContent-Length: "
)
ANSWER = _HEAD + str(len(_BODY)).encode() + b"\r\n\r\n" + _BODY


@contextmanager
def answering(tls: ssl.SSLContext | None) -> Iterator[int]:
    """Give everybody who asks the hostile answer; yields the port of 127.0.0.1."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                talk, _ = listener.accept()
                with suppress(OSError), tls.wrap_socket(talk, server_side=True) if tls else talk as one:
                    one.settimeout(5)
                    one.recv(65_536)
                    one.sendall(ANSWER)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # wakes the accept
        listener.close()
        thread.join(10)


@contextmanager
def hostile_mall(folder: Path) -> Iterator[Trial]:
    """Set up the mall and its providers; the daemon is not started yet."""
    folder.mkdir(parents=True)
    now = Clock().now()
    argv = (*launch.ARGV[:2], "tests.faults.hostile_simulator")
    shown = certificate(folder, start=now - timedelta(days=1), end=now + timedelta(days=90), name='SAID=,+"<b>\\ %s')
    with ExitStack() as stack:
        stack.enter_context(patch.object(launch, "ARGV", argv))
        ports = [stack.enter_context(answering(tls)) for tls in (None, shown.context)]
        yield stack.enter_context(fresh(folder / "hostile", _named(*ports)))


def _named(plain: int, tls: int) -> Callable[[Path], None]:
    def change(config: Path) -> None:
        edit(config, "site.yaml", lambda whole: whole["site"].update(name=NAMES["site"]))
        edit(config, "agencies.yaml", _agencies)
        edit(config, "counters.yaml", _counters)
        edit(config, "devices.yaml", lambda whole: _devices(whole, plain, tls))
        edit(config, "people.yaml", _people)
        yesterday = f"{Clock().now() - timedelta(days=1):%Y-%m-%d} 00:00"
        window = {"match": {"device": "finger"}, "start": yesterday, "duration": "3d"}
        windows = {"uji": {**window, "name": NAMES["window"], "reason": NAMES["reason"]}}
        (config / "maintenance.yaml").write_text(yaml.safe_dump({"version": 1, "windows": windows}), encoding="utf-8")

    return change


def _agencies(whole: dict[str, Any]) -> None:
    agency = whole["agencies"]["dukcapil"]
    agency.update(name=NAMES["agency"], short=NAMES["short"])
    for service in ("ktp", "kk"):
        agency["services"][service]["name"] = NAMES[service]


def _counters(whole: dict[str, Any]) -> None:
    whole["counters"]["a1"].update(name=NAMES["counter"], place=NAMES["place"])


def _devices(whole: dict[str, Any], plain: int, tls: int) -> None:
    devices = whole["devices"]
    devices["web"] = {"kind": "online-system", "http": {"url": f"http://127.0.0.1:{plain}/"}}
    devices["tls"] = {"kind": "online-system", "http": {"url": f"https://127.0.0.1:{tls}/", "verify": False}}
    for device, settings in devices.items():
        settings.update(name=NAMES[device], place=NAMES["place"])


def _people(whole: dict[str, Any]) -> None:
    whole["people"]["ani"]["name"] = NAMES["ani"]
    whole["people"]["budi"] = {"name": NAMES["budi"], "addresses": {"chat": CHAT}}
    whole["rosters"]["teknisi"]["name"] = NAMES["roster"]
    whole["policies"]["utama"]["steps"] = [{"notify": ["roster:teknisi", "person:budi"], "wait": 600}]
