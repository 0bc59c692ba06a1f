"""Run the application in a thread with its own loop, on the loopback port and the control socket."""

import asyncio
import logging
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from mppmon.web.limits import Gate, Limits
from mppmon.web.peer import PeerProtocol

_log = logging.getLogger(__name__)
_LOOK = 2.0
"""Seconds between looks at whether the control socket still has its name."""

_BACKLOG = 64
"""Connections that wait to be taken, and at most so many are taken in one turn of the loop, before any is turned away.
"""


class WebServer:
    """Both sockets are bound here: uvicorn would leave the control socket readable and writable by everybody."""

    def __init__(self, app: FastAPI, *, host: str, port: int, control: Path, limits: Limits | None = None) -> None:
        limits = limits or Limits()
        self._sockets = [_tcp(host, port), _unix(control)]
        self._control = control
        self._gate = Gate(limits, keepers={0, os.getuid()})
        self.port: int = self._sockets[0].getsockname()[1]
        self._protocol = partial(PeerProtocol, gate=self._gate)
        config = uvicorn.Config(
            app,
            http=self._protocol,  # type: ignore[arg-type]  # only ever called, as a type is
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            backlog=_BACKLOG,
            timeout_keep_alive=limits.idle,  # type: ignore[arg-type]  # given to call_later
            h11_max_incomplete_event_size=limits.head_bytes,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._hasten: Callable[[], None] = app.state.pending.hasten
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def connections(self) -> int:
        """How many TCP connections are open."""
        return self._gate.tcp.taken

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def call(self, deed: Callable[[], None]) -> None:
        """Let its loop call this as soon as it comes to it; from any thread. Before and after it runs: nothing."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # it has just been closed
                loop.call_soon_threadsafe(deed)

    def stop(self) -> None:
        """Finish open requests and close both sockets. Event streams are cut after two seconds, commands that no
        database takes are answered before.
        """
        self.call(self._hasten)
        self._server.should_exit = True
        self._thread.join()
        for one in self._sockets:
            one.close()
        self._control.unlink(missing_ok=True)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        keeper = asyncio.create_task(self._keep_control(), name="control socket")
        await self._server.serve(sockets=self._sockets)
        keeper.cancel()

    async def _keep_control(self) -> None:
        """Listen anew where the name of the control socket is gone (somebody tidied up): nobody could change anything
        any more, and a second daemon is kept out by the lock. What lies there under its name is left alone.
        """
        while True:
            await asyncio.sleep(_LOOK)
            if not self._lost():
                continue
            try:
                listener = _unix(self._control)
            except OSError as error:
                _log.error("the control socket is gone and cannot be made anew: %s", error)
                continue
            self._server.servers.pop().close()  # the last: nobody finds the way to it any more
            self._sockets[-1] = listener
            loop = asyncio.get_running_loop()
            self._server.servers.append(await loop.create_server(self._connection, sock=listener, backlog=_BACKLOG))
            _log.warning("the control socket was gone; it is there again")

    def _lost(self) -> bool:
        at_work = self._server.started and not self._server.should_exit
        return at_work and not os.path.lexists(self._control)

    def _connection(self) -> PeerProtocol:
        """Return what uvicorn makes for each connection."""
        server = self._server
        return self._protocol(config=server.config, server_state=server.server_state, app_state=server.lifespan.state)


def _tcp(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}") from error
    listener.setblocking(False)  # noqa: FBT003  # positional only
    return listener


def _unix(path: Path) -> socket.socket:
    """Bind the control socket for owner and group (others were kept out by the umask before). A file left there is
    stale: we hold the lock.
    """
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        path.chmod(0o660)
        listener.listen(_BACKLOG)  # until now nobody could connect
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)  # noqa: FBT003  # positional only
    return listener
