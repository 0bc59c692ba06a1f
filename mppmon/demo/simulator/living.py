"""Living values of a recording: what a thing shows as time passes and faults come. Pure functions of a Scene.

A recording names them with `@`: `@counter 52000 90` begins at 52,000 and grows by 90 an hour of work.
"""

import math
from collections.abc import Callable, Mapping

from mppmon.demo.simulator.world import Scene

HOUR = 3600.0
ERROR_BITS = (  # RFC 3805, hrPrinterDetectedErrorState: bit 0 is the high bit of the first octet
    "low-paper",
    "no-paper",
    "low-toner",
    "no-toner",
    "door-open",
    "jammed",
    "offline",
    "service-requested",
    "input-tray-missing",
    "output-tray-missing",
    "marker-supply-missing",
    "output-near-full",
    "output-full",
    "input-tray-empty",
    "overdue-maintenance",
)
PRINTING = 20
STOPPING = frozenset({"jammed", "no-paper"})
REFILLED_AT = 0.3  # the share at which somebody puts in a new cartridge or more paper, unless a fault says otherwise


def error_octets(shows: frozenset[str]) -> bytes:
    """Return hrPrinterDetectedErrorState of these conditions, two octets."""
    bits = sum(1 << 15 - bit for bit, name in enumerate(ERROR_BITS) if name in shows)
    return bits.to_bytes(2)


def share(scene: Scene, begins: float, per_hour: float) -> float:
    """Return what is left of a supply, 0 to 1: it drains with work, and is filled up again at REFILLED_AT."""
    left = begins - per_hour * scene.worked / HOUR
    room = 1.0 - REFILLED_AT
    return left if left >= REFILLED_AT else REFILLED_AT + (left - REFILLED_AT) % room


def _uptime(scene: Scene) -> int:
    return int(scene.uptime * 100) % 2**32


def _counter(scene: Scene, begins: int, per_hour: float) -> int:
    return begins + int(per_hour * scene.worked / HOUR)


def _octets(scene: Scene, port: int, per_second: float) -> int:
    """Bytes through a port since it was switched on: a pace of its own, between a quarter and all of `per_second`."""
    pace = per_second * (0.25 + (scene.seed >> port % 16) % 256 / 340)
    quiet = scene.ports[port - 1] if port <= len(scene.ports) else 0.0
    return int(pace * max(0.0, scene.uptime - quiet))


def _port(scene: Scene, port: int, ports: int) -> int:
    """Return ifOperStatus (RFC 2863): up(1), down(2). The last port is the way up; those below serve the children."""
    wired = port <= len(scene.ports) or port == ports
    return 2 if port in scene.dark or not wired else 1


def _supply(scene: Scene, full: int, begins: float, per_hour: float) -> int:
    return round(full * (0.04 if "low-toner" in scene.shows else share(scene, begins, per_hour)))


def _tray(scene: Scene, full: int, begins: float, per_hour: float) -> int:
    return 0 if "no-paper" in scene.shows else round(full * share(scene, begins, per_hour))


def _errors(scene: Scene) -> bytes:
    return error_octets(scene.shows)


def _device_status(scene: Scene) -> int:
    """Return hrDeviceStatus (RFC 2790): running(2), warning(3), down(5)."""
    return 5 if scene.shows & STOPPING else 3 if "low-toner" in scene.shows else 2


def _printer_status(scene: Scene) -> int:
    """Return hrPrinterStatus (RFC 2790): other(1) when it cannot print; printing(4) part of every minute; idle(3)."""
    if scene.shows & STOPPING:
        return 1
    return 4 if (scene.uptime + scene.seed % 60) % 60 < PRINTING else 3


def _wave(scene: Scene, low: int, high: int, seconds: float) -> int:
    """Swing slowly between two values: voltage, temperature, load."""
    phase = math.sin((scene.uptime + scene.seed % 997) * 2 * math.pi / seconds)
    return round(low + (high - low) * (1 + phase) / 2)


def _whole(function: Callable[..., int], *types: type) -> Callable[[Scene, tuple[str, ...]], int]:
    return lambda scene, words: function(scene, *(kind(word) for kind, word in zip(types, words, strict=True)))


def _no_words(function: Callable[[Scene], int | bytes]) -> Callable[[Scene, tuple[str, ...]], int | bytes]:
    def call(scene: Scene, words: tuple[str, ...]) -> int | bytes:
        if words:
            raise ValueError(f"found {' '.join(words)}, expected nothing")
        return function(scene)

    return call


LIVING: Mapping[str, Callable[[Scene, tuple[str, ...]], int | bytes]] = {
    "uptime": _no_words(_uptime),
    "errors": _no_words(_errors),
    "device-status": _no_words(_device_status),
    "printer-status": _no_words(_printer_status),
    "counter": _whole(_counter, int, float),
    "octets": _whole(_octets, int, float),
    "port": _whole(_port, int, int),
    "supply": _whole(_supply, int, float, float),
    "tray": _whole(_tray, int, float, float),
    "wave": _whole(_wave, int, int, float),
}
