"""Cross-checks of UPSes on USB, that are asked through NUT."""

from collectors.settings import NutSettings
from mppmon.config.draft import Draft
from mppmon.config.problem import listed
from mppmon.config.tree import Path
from mppmon.mall.model import DeviceKind

_FILE = "devices.yaml"
_KINDS = frozenset({DeviceKind.UPS, DeviceKind.PC, DeviceKind.KIOSK, DeviceKind.SERVER})
"""A UPS, or a computer that one hangs on."""


def check_nut(draft: Draft, path: Path, nut: NutSettings, kind: DeviceKind) -> None:
    """Judge one device's `nut`, which is at `path`."""
    if kind not in _KINDS:
        draft.error(_FILE, path, f"`nut` of a {kind.value}", f"it at {listed(sorted(_KINDS))}", key=True)
    if nut.password_file is not None and nut.user is None:
        draft.error(_FILE, (*path, "password_file"), "a password of nobody", "`user: <name>` beside it", key=True)
    for name in ("ca_file", "pin") if not nut.starttls else ():
        if getattr(nut, name) is not None:
            found = f"`{name}` of a connection in plain text"
            draft.error(_FILE, (*path, name), found, "`starttls: yes` beside it", key=True)
    if nut.ca_file is not None and nut.pin is not None:
        draft.error(_FILE, (*path, "ca_file"), "an authority beside a `pin`", "one of the two", key=True)
