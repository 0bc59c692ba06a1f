"""What a start needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from alerts.channels.base import Channel
from alerts.channels.opening import open_channels
from mppmon.clock import Clock
from mppmon.daemon.systemd import Systemd
from mppmon.store import Store


@dataclass(frozen=True, slots=True)
class Options:
    """`clock`: moved in the demo. `systemd`: who started us, where that wants to be told.

    `channels`, `open_store`: ports that a test's root may wrap.
    """

    config: Path
    state: Path
    clock: Clock = field(default_factory=Clock)
    open_store: Callable[[str], Store] = Store.open
    channels: Callable[..., Mapping[str, Channel]] = open_channels
    systemd: Systemd = field(default_factory=lambda: Systemd(None, None))
