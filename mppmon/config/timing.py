"""How often each kind of device is asked, and how many answers or silences count: `intervals` of `daemon.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from mppmon.config.settings import IntervalSettings
from mppmon.mall.model import DeviceKind

_BOOT = MappingProxyType(
    {
        DeviceKind.PC: 300.0,
        DeviceKind.KIOSK: 300.0,
        DeviceKind.PRINTER: 180.0,
        DeviceKind.SWITCH: 240.0,
        DeviceKind.ROUTER: 240.0,
        DeviceKind.ACCESS_POINT: 240.0,
        DeviceKind.SERVER: 600.0,
    }
)
_BOOT_OTHERS = 180.0


@dataclass(frozen=True, slots=True)
class Timing:
    """Of one kind of device. `liveness`, `telemetry`: seconds between two polls. `confirm`: seconds after a first
    failure at which it is asked again. `recover`: answers in a row that take it up again. `boot`: how long it may take
    to start once its power is back.
    """

    liveness: float
    telemetry: float
    confirm: tuple[float, ...]
    recover: int
    boot: timedelta

    @property
    def needed(self) -> int:
        """Return how many failed probes in a row confirm: the first and its re-polls."""
        return len(self.confirm) + 1

    @property
    def again(self) -> tuple[float, ...]:
        """Return after how many seconds a device that was down is asked again once it has answered."""
        return tuple(self.confirm[0] * (count + 1) for count in range(self.recover - 1))

    @property
    def confirmation(self) -> timedelta:
        """Return how long its confirmation takes, without the time-outs."""
        return timedelta(seconds=self.confirm[-1])


def timings(intervals: IntervalSettings) -> Mapping[DeviceKind, Timing]:
    """Return the timing of every kind: what is said of it, else what is said of all."""
    return MappingProxyType({kind: _timing(intervals, kind) for kind in DeviceKind})


def _timing(intervals: IntervalSettings, kind: DeviceKind) -> Timing:
    its = intervals.kinds.get(kind)
    boot = its.boot_seconds if its and its.boot_seconds is not None else _BOOT.get(kind, _BOOT_OTHERS)
    return Timing(
        liveness=(its and its.liveness) or intervals.liveness,
        telemetry=(its and its.telemetry) or intervals.telemetry,
        confirm=(its and its.confirm) or intervals.confirm,
        recover=(its and its.recover) or intervals.recover,
        boot=timedelta(seconds=boot),
    )
