"""What systemd is told, by its socket: sd_notify(3). Without a socket nothing is said.

`sdnotify` of PyPI does the same in as many lines, blocks on a full socket and has had no release since 2017.
"""

import logging
import os
import socket
from collections.abc import Mapping, MutableMapping

_log = logging.getLogger(__name__)
_MICROSECONDS = 1_000_000


class Systemd:
    """The service manager. `watchdog`: within how many seconds it wants to be fed, None: it does not."""

    def __init__(self, address: str | None, watchdog: float | None) -> None:
        self._address = f"\0{address[1:]}" if address and address.startswith("@") else address
        self.watchdog = watchdog if address else None
        self._silent = False

    @classmethod
    def found(cls, environment: MutableMapping[str, str] = os.environ, *, pid: int | None = None) -> "Systemd":
        """Return the manager that started us. Its address is taken out: no child is to speak for us."""
        address = environment.pop("NOTIFY_SOCKET", None)
        mine = environment.pop("WATCHDOG_PID", None) in {None, str(pid or os.getpid())}
        within = environment.pop("WATCHDOG_USEC", "")
        watchdog = int(within) / _MICROSECONDS if mine and within.isdecimal() and int(within) else None
        return cls(address, watchdog)

    def ready(self, status: str) -> None:
        """Say that all is at work, after a start or a reload."""
        self._say({"READY": "1", "STATUS": status})

    def reloading(self, monotonic: float) -> None:
        """Say that a configuration is being taken over."""
        self._say({"RELOADING": "1", "MONOTONIC_USEC": str(int(monotonic * _MICROSECONDS))})

    def stopping(self) -> None:
        """Say that we end, wanted."""
        self._say({"STOPPING": "1", "STATUS": "stopping"})

    def status(self, status: str) -> None:
        """Say in a line how we are."""
        self._say({"STATUS": status})

    def feed(self) -> None:
        """Keep the watchdog quiet for another while."""
        self._say({"WATCHDOG": "1"})

    def _say(self, fields: Mapping[str, str]) -> None:
        if not self._address:
            return
        text = "\n".join(f"{key}={value.replace(chr(10), ' ')}" for key, value in fields.items())
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as line:
                line.connect(self._address)
                line.sendall(text.encode())
        except OSError as error:
            if not self._silent:  # once: it is said every few seconds
                _log.warning("systemd cannot be told: %s", error)
            self._silent = True
        else:
            self._silent = False
