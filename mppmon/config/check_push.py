"""Cross-checks of PCs that push, and of the door they push to."""

import ipaddress

from collectors.settings import PushDoorSettings
from mppmon.config.draft import Draft
from mppmon.config.problem import quoted
from mppmon.config.settings import DeviceSettings

_DEVICES, _DAEMON = "devices.yaml", "daemon.yaml"
_DOTS = "..."
_MISSED = 3
"""Intervals after which nothing is known of a PC (`mppmon.engine.stale`); it cannot be down before that."""
_OF_PULL = ("token_file", "pin", "scheme")


def check_push(draft: Draft) -> None:
    """Judge every PC that pushes, each token once, and the door."""
    door = draft.daemon.push if draft.daemon is not None else None
    if door is not None:
        _door(draft, door)
    owners: dict[str, str] = {}
    for slug, device in (draft.devices.devices if draft.devices else {}).items():
        _not_filled_in(draft, slug, device)
        if device.agent is None or device.agent.push is None:
            continue
        path = ("devices", slug, "agent", "push")
        if draft.daemon is not None and door is None:
            draft.error(_DEVICES, path, "`push` and no door for it", "`push: {}` in daemon.yaml", key=True)
        _pc(draft, slug, device)
        for index, token in enumerate(device.agent.push.tokens):
            owner = owners.setdefault(token, slug)
            if owner != slug:
                found = f"the token of {owner}"
                draft.error(_DEVICES, (*path, "tokens", index), found, "a token of its own: it says which PC it is")


def _not_filled_in(draft: Draft, slug: str, device: DeviceSettings) -> None:
    """Refuse the dots that `mppmon agent enroll` prints: with them as `machine_id` it would be a stranger for good."""
    if device.name == _DOTS:
        draft.error(_DEVICES, ("devices", slug, "name"), quoted(_DOTS), "its name, as people at the mall say it")
    if device.agent is not None and device.agent.machine_id == _DOTS:
        expected = "what `mppmon-agent --machine-id` says on that PC, or no such line"
        draft.error(_DEVICES, ("devices", slug, "agent", "machine_id"), quoted(_DOTS), expected)


def _pc(draft: Draft, slug: str, device: DeviceSettings) -> None:
    agent = device.agent
    assert agent is not None  # noqa: S101  # asked before
    assert agent.push is not None  # noqa: S101  # likewise
    path = ("devices", slug)
    if device.address is not None:
        found = "`address` beside `agent.push`"
        draft.error(_DEVICES, (*path, "address"), found, "no line `address`: nobody asks it, it sends", key=True)
    for key in _OF_PULL:
        if getattr(agent, key) is not None:
            found = f"`{key}` beside `push`"
            draft.error(_DEVICES, (*path, "agent", key), found, f"no line `{key}`: nobody asks it, it sends", key=True)
    unknown = _MISSED * agent.push.every
    if agent.push.down_after <= unknown:
        found = f"{agent.push.down_after:g} s"
        expected = f"more than {unknown:g} s, {_MISSED} times `every`: until then it is unknown"
        draft.error(_DEVICES, (*path, "agent", "push", "down_after"), found, expected)
    if agent.machine_id is None:
        draft.warn(
            _DEVICES,
            (*path, "agent", "push"),
            "`push` without `machine_id`",
            "`machine_id:` beside it, as `mppmon-agent --machine-id` says: a copy of its disk must not pass for it",
        )


def _door(draft: Draft, door: PushDoorSettings) -> None:
    try:
        ipaddress.ip_address(door.listen_host)
    except ValueError:
        found = quoted(door.listen_host)
        draft.error(_DAEMON, ("push", "listen_host"), found, "an address of this machine, or 0.0.0.0 or :: for all")
    if draft.daemon is not None and door.listen_port == draft.daemon.listen_port:
        draft.error(_DAEMON, ("push", "listen_port"), f"{door.listen_port}, the page's", "a port of its own")
    if door.key_file is not None and door.certificate_file is None:
        found = "`key_file` without `certificate_file`"
        draft.error(_DAEMON, ("push", "key_file"), found, "both, or neither of them", key=True)
