"""Starts the simulator as a child, and talks to its control API. For the demo and for tests."""

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx

from mppmon.demo.simulator.ready import Ready
from mppmon.demo.simulator.request import SimulatorRequest

ARGV = (sys.executable, "-m", "mppmon.demo.simulator")
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""On this machine alone: reading every root certificate for it would be most of what a question costs."""


class NotStarted(RuntimeError):
    """The simulator ended before it was ready; its own words are on stderr."""


class ControlRefused(RuntimeError):
    """The control API answered with an error; the text is its own."""


class Control:
    """The control API from outside. Raises ControlRefused, or httpx.HTTPError when nobody answers."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, path: str, **query: str | int) -> dict[str, Any]:
        """Ask."""
        return self._told(self._client.get(path, params=query))

    def begin(self, fault: str, device: str | None = None) -> dict[str, Any]:
        """Begin a fault."""
        return self._told(self._client.post(f"/faults/{fault}", params={"device": device} if device else {}))

    def mend(self, fault: str | None = None, device: str | None = None) -> dict[str, Any]:
        """Mend one fault, or without a name all (of a device)."""
        query = {"device": device} if device else {}
        if fault is None:
            return self._told(self._client.post("/mend", params=query))
        return self._told(self._client.delete(f"/faults/{fault}", params=query))

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Do something else: press a button, say a word."""
        return self._told(self._client.post(path, json=body))

    @staticmethod
    def _told(response: httpx.Response) -> dict[str, Any]:
        answer: dict[str, Any] = response.json()
        if response.is_error:
            raise ControlRefused(answer["error"])
        return answer


@dataclass(frozen=True, slots=True)
class Running:
    """A simulator under way."""

    ready: Ready
    control: Control
    process: "subprocess.Popen[bytes]"


@contextmanager
def running(request: SimulatorRequest, *, stderr: IO[bytes] | None = None) -> Iterator[Running]:
    """Run a simulator while the context lasts; its words go to `stderr`, by default our own. Raises NotStarted."""
    with subprocess.Popen(  # noqa: S603  # fixed argv
        ARGV, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr
    ) as process:
        try:
            ready = _start(process, request)
            with _client(request, ready) as client:
                yield Running(ready, Control(client), process)
        finally:
            process.terminate()


@contextmanager
def control_of(socket: Path) -> Iterator[Control]:
    """Talk to a simulator that somebody else started, by its control socket."""
    transport = httpx.HTTPTransport(uds=str(socket), verify=_NO_TLS)
    with httpx.Client(transport=transport, base_url="http://simulator", timeout=10.0, trust_env=False) as client:
        yield Control(client)


def _start(process: "subprocess.Popen[bytes]", request: SimulatorRequest) -> Ready:
    if process.stdin is None or process.stdout is None:
        raise NotStarted("found no pipes, expected stdin and stdout")
    process.stdin.write(request.model_dump_json().encode() + b"\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise NotStarted(f"found exit code {process.wait()} instead of a ready simulator")
    return Ready(**json.loads(line))


def _client(request: SimulatorRequest, ready: Ready) -> httpx.Client:
    path = request.control.socket
    transport = httpx.HTTPTransport(uds=None if path is None else str(path), verify=_NO_TLS)
    base = "http://simulator" if path is not None else f"http://127.0.0.1:{ready.control_port}"
    return httpx.Client(transport=transport, base_url=base, timeout=10.0, trust_env=False)
