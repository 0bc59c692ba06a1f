"""The door for PCs that push: open while the configuration has one, in a thread and loop of its own.

A megabyte from a hostile PC may take a second to read; polls and pages must not wait for it.
"""

import asyncio
import contextlib
import errno
import logging
import os
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from collectors.collector import Way
from collectors.observation import Observation
from collectors.pc.push.door import Door, listen
from collectors.pc.push.pin import pin_of
from collectors.settings import PushDoorSettings
from mppmon.config import Loaded
from mppmon.daemon.options import Options
from mppmon.daemon.parts import Hindered, Parts
from mppmon.state import push_certificate

NAME = "push door"
_log = logging.getLogger(__name__)


class PushDoor:
    """Lives in the poll loop. `observed` is called there; `count` in the door's thread; `opened` is told whether the
    door takes pushes. `heard`: by device, what came last.
    """

    def __init__(
        self,
        parts: Parts,
        options: Options,
        observed: Callable[[Observation], None],
        count: Callable[[str], None],
        opened: Callable[[bool], None],
    ) -> None:
        self._parts, self._opened = parts, opened
        self.heard: dict[str, Observation] = {}
        self._state, self._now = options.state, options.clock.now
        self._loop = asyncio.get_running_loop()
        self._door = Door(now=self._now, emit=lambda one: self._later(observed, one), count=count)
        self._settings: PushDoorSettings | None = None
        self._work: asyncio.Task[None] | None = None

    def follow(self, loaded: Loaded) -> None:
        """Take over a configuration: tokens at once; open, move or close the door where it says otherwise."""
        self._door.follow(one for one in loaded.targets if one.way is Way.PUSH)
        if loaded.settings.push == self._settings:
            return
        self._settings, before = loaded.settings.push, self._work
        self._work = asyncio.create_task(self._change(before, self._settings), name=NAME)

    async def close(self) -> None:
        """Close the door."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    async def _change(self, before: "asyncio.Task[None] | None", settings: PushDoorSettings | None) -> None:
        if before is not None:
            before.cancel()
            await asyncio.gather(before, return_exceptions=True)
        if settings is not None:
            await self._parts.keep(lambda: self._open(settings), NAME)

    async def _open(self, settings: PushDoorSettings) -> None:
        """Serve until cancelled. Hindered where there is no certificate, or the port cannot be had."""
        context, listener = self._context(settings), _listener(settings)
        inner = asyncio.new_event_loop()
        serving = inner.create_task(self._door.serve(listener, context))
        ended = self._loop.create_future()

        def run() -> None:
            try:
                with contextlib.suppress(asyncio.CancelledError):
                    inner.run_until_complete(serving)
            except Exception:  # noqa: BLE001  # the thread ends; it is begun anew
                _log.exception("the push door ended")
            finally:
                listener.close()
                self._loop.call_soon_threadsafe(lambda: None if ended.done() else ended.set_result(None))

        thread = threading.Thread(target=run, name="push", daemon=True)
        thread.start()
        _log.info("PCs may push to %s port %d", settings.listen_host, settings.listen_port)
        self._opened(True)  # noqa: FBT003  # a callback's one word
        try:
            await ended
        finally:
            self._opened(False)  # noqa: FBT003  # likewise
            with contextlib.suppress(RuntimeError):  # its loop has ended
                inner.call_soon_threadsafe(serving.cancel)
            await asyncio.to_thread(thread.join)
            inner.close()
        raise RuntimeError("the push door closed by itself")

    def _later(self, observed: Callable[[Observation], None], observation: Observation) -> None:
        self.heard[observation.device] = observation
        with contextlib.suppress(RuntimeError):  # we are ending
            self._loop.call_soon_threadsafe(observed, observation)

    def _context(self, settings: PushDoorSettings) -> ssl.SSLContext:
        file = settings.certificate_file or certificate_of(self._state, now=self._now())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            pin = pin_of(file.read_text("ascii"))
            (settings.key_file or file).open("rb").close()  # OpenSSL's errors name no file
            context.load_cert_chain(file, settings.key_file, password="")
        except OSError as error:  # ssl.SSLError too
            raise Hindered(_unusable(error, file, settings.key_file)) from error
        except ValueError as error:
            raise Hindered(f"{file}: holds no certificate in PEM") from error
        _log.info("the push door shows the certificate with the pin %s", pin)
        return context


def _unusable(error: OSError, file: Path, key: Path | None) -> str:
    if not isinstance(error, ssl.SSLError):
        return f"{error.filename or file}: {(error.strerror or 'cannot be read').lower()}"
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"{key or file}: its key does not fit the certificate {file}"
    return f"{key or file}: holds no key in PEM, or one that is encrypted"


def _listener(settings: PushDoorSettings) -> socket.socket:
    host, port = settings.listen_host, settings.listen_port
    try:
        return listen(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Hindered(f"port {port} is taken (see who has it: sudo ss -ltnp 'sport = :{port}')") from error
        raise Hindered(f"cannot listen on {host} port {port}: {(error.strerror or 'an error').lower()}") from error


def certificate_of(state: Path, *, now: datetime) -> Path:
    """Return the file with our own key and certificate, made when there is none: whole, or not at all."""
    file = push_certificate(state)
    if not file.exists():
        from mppmon.setup.enrolment import certify  # noqa: PLC0415  # cryptography: 10 MB, for once in a mall's life

        key, certificate = certify("mppmon", now=now)
        fresh = file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(certificate + key)
            opened.flush()
            os.fsync(opened.fileno())
        fresh.replace(file)
    return file
