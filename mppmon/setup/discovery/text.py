"""What a sweep found, as a devices.yaml with the rest told in remarks. Pure.

Words of devices have been made printable, and stand in quotes, in remarks too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from collectors.settings import SnmpSettings
from collectors.snmp.discovery.difference import Difference, more
from collectors.snmp.discovery.known import Known
from collectors.snmp.discovery.proposal import Proposed
from collectors.snmp.discovery.sighting import SILENT
from mppmon.setup.yaml_text import block, written

_PLAIN = SnmpSettings()
_WAY_KEYS = (
    *("version", "port", "community_file", "user", "auth_protocol", "auth_file", "priv_protocol", "priv_file"),
    "context",
)
_ALWAYS = ("version", "port")
"""Said also where they are as usual: `defaults` of the inventory may say otherwise."""
_SAID: Mapping[str, str] = {
    "moved": "{id} moved from {was} to {now}",
    "kind": "{id} is a {was} in the inventory; what answers is a {now}",
    "model": "{id} is of another model than the inventory says: {was} there, {now} here",
    "serial": "{id} has another serial number than the inventory says: {was} there, {now} here",
    "parents": "{id} hangs on {was} in the inventory; seen is {now}",
    "replaced": "{id} was not seen; at its address {was} another device answers, below as {now}",
    "twice": "{id} was not seen; at its address {was} answers what the inventory has as {now}",
    "not-seen": "{id} did not answer at {was}; it stays in the inventory",
}


@dataclass(frozen=True, slots=True)
class Found:
    """All that is to be told: what was found, asked by `ways`, what differs from `inventory`, and remarks for people.
    `place`: of what is new; `below`: the directory that names of files are relative to; `public`: communities that
    were typed, so that they may be shown; `against`: whether there is an inventory at all.
    """

    devices: Sequence[Proposed]
    ways: Sequence[SnmpSettings]
    inventory: Sequence[Known] = ()
    differences: Sequence[Difference] = ()
    remarks: Sequence[str] = ()
    place: str = "Belum diketahui"
    below: Path | None = None
    public: frozenset[str] = frozenset()
    against: bool = False
    new: list[Proposed] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "new", [one for one in self.devices if not one.known])


def lines(found: Found) -> Iterator[str]:
    """Yield a devices.yaml of what the inventory does not have."""
    yield "# Found by mppmon discover. Give names and places; then it goes into devices.yaml."
    for remark in found.remarks:
        yield f"# {remark}"
    yield from _differences(found)
    named = _named(found)
    sure = [one for one in found.new if one.id in named]
    yield "version: 1"
    yield "devices:" if sure else "devices: {}"
    for one in sure:
        yield f"  {one.id}:"
        yield from block(_fields(one, found, named), "    ")
    hidden = [one.id for one in sure if one.way != SILENT and _literal(found.ways[one.way]) not in {"", *found.public}]
    if hidden:
        yield f"# Their community is written in devices.yaml and may be a secret; give it to {', '.join(hidden)}."
    vague = [one for one in found.new if one.id not in named]
    if vague:
        too = "" if sure else ", and the {} after devices:"
        yield f"  # What these are is not known: write pc, camera or another kind for the ?, and take '# ' away{too}."
    for one in vague:
        yield f"  # {one.id}: {written(_fields(one, found, {each.id for each in found.devices}))}".replace(
            "{kind: unknown,", "{kind: ?,", 1
        )


def _named(found: Found) -> set[str]:
    """Return the ids that are in the inventory once the proposal is: not what is of no known kind, nor what stands
    between that and others.
    """
    sure = {one.id for one in found.devices if one.known or one.kind not in {"unknown", "passive"}}
    return sure | {one.id for one in found.devices if one.kind == "passive" and not {*one.parents} - sure}


def _differences(found: Found) -> Iterator[str]:
    if not found.against:
        return
    for one in found.differences:
        was, now = (written(text) for text in (one.was, one.now))
        yield "# " + _SAID[one.what].format(id=one.id, was=was, now=now)
    by_id = {one.id: one for one in found.inventory}
    named = _named(found)
    told = [(one.id, _more(by_id[one.id], one, named)) for one in found.devices if one.id in by_id]
    if any(keys for _, keys in told):
        yield "# Not in the inventory yet, and what a device is known again by; put it below the device:"
    for slug, keys in told:
        if keys:
            yield f"#   {slug}: {written(keys)}"
    if not found.differences and not found.new and not any(keys for _, keys in told):
        yield "# Nothing differs from the inventory."


def _more(known: Known, mine: Proposed, named: set[str]) -> dict[str, object]:
    keys = more(known, mine)
    if "parents" in keys:
        keys["parents"] = [one for one in mine.parents if one in named]
    return {key: value for key, value in keys.items() if value}


def _fields(one: Proposed, found: Found, named: set[str]) -> dict[str, object]:
    fields: dict[str, object] = {"kind": one.kind, "name": one.id, "place": found.place}
    texts = (
        ("address", one.address),
        ("brand", one.vendor),
        ("model", one.model),
        ("serial", one.serial),
        ("mac", one.mac),
        ("engine_id", one.engine),
    )
    fields |= {key: text for key, text in texts if text}
    if parents := [each for each in one.parents if each in named]:
        fields["parents"] = parents
    if one.kind != "passive" and one.way != SILENT:
        fields["snmp"] = snmp_keys(found.ways[one.way], found.below, found.public)
    return fields


def snmp_keys(way: SnmpSettings, below: Path | None, public: frozenset[str]) -> dict[str, object]:
    """Return a way of asking as the keys of `snmp:`, without a community that may be a secret."""
    keys: dict[str, object] = {}
    for key in _WAY_KEYS:
        value = getattr(way, key)
        if value != getattr(_PLAIN, key) or key in _ALWAYS:
            keys[key] = _file(value, below) if isinstance(value, Path) else value
    if _literal(way) in public:
        keys["community"] = _literal(way)
    return keys


def _literal(way: SnmpSettings) -> str:
    """Return a community that is written out, "" for `public` and where there is none."""
    literal = "" if way.version == "3" or way.community_file else way.community.get_secret_value()
    return "" if literal == _PLAIN.community.get_secret_value() else literal


def _file(file: Path, below: Path | None) -> str:
    return str(file.relative_to(below) if below is not None and file.is_relative_to(below) else file)
