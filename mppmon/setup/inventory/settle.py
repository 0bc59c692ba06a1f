"""Things of a list -> what devices.yaml should say of each: names become ids, and how each is reached. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from mppmon.mall.model import DeviceKind
from mppmon.setup.inventory.fields import Field
from mppmon.setup.inventory.item import SILENT, Fault, Item
from mppmon.setup.inventory.kinds import kind_word
from mppmon.setup.inventory.known import Known
from mppmon.setup.inventory.mapping import Columns
from mppmon.setup.inventory.match import Where, match, twins
from mppmon.setup.words import Translate, closest, folded, shown

Value = str | list[str] | dict[str, str]
_COMPARED = 20_000  # names that are looked at for nearest ones: it takes its time
_HINTS = 20  # faults that get a nearest name
_ROUNDS = 10
_HOSTS = frozenset({DeviceKind.PC, DeviceKind.KIOSK})


@dataclass(frozen=True, slots=True)
class Settled:
    """A device as the list wants it. `values`: keys of devices.yaml that the list says something about."""

    id: str
    item: Item
    values: Mapping[str, Value]


def settle(items: Sequence[Item], known: Known, columns: Columns, _: Translate) -> tuple[list[Settled], list[Fault]]:
    """Return the devices in the order of the rows, and the faults that only show when all rows are known.

    A row that names a faulty one as its parent is faulty too, so this goes on until nothing changes. Each round sees a
    whole chain of such rows; another is needed only when ids move up, and after _ROUNDS no row may name another.
    """

    def where(_row: int, key: str) -> str:
        return columns.where(Field(key)) if Field(key) in columns.of else ""

    faults = twins(items, where, _)
    settled: list[Settled] = []
    for number in count():
        bad = {fault.row for fault in faults}
        good = [item for item in items if item.row not in bad]
        room = _Room(good, known, match(good, known), where, _, alone=number >= _ROUNDS)
        settled = [room.settled(item) for item in good]
        if not room.faults:
            return settled, faults
        room.follow()
        faults.extend(room.faults)
    raise AssertionError("the rounds end: each has fewer rows")


class _Room:
    """Everything that has a name, from the configuration and from the list. `alone`: rows name no other row."""

    def __init__(
        self, items: Sequence[Item], known: Known, ids: Mapping[int, str], where: Where, _: Translate, *, alone: bool
    ) -> None:
        self._known, self._ids, self._where, self._say, self._alone = known, ids, where, _, alone
        self.faults: list[Fault] = []
        self._users: dict[str, list[tuple[Item, str | None, Field]]] = {}
        """New id -> the rows that stand on it: by this text in this column, or (None) as the PC of their counters."""
        self._kinds = {slug: DeviceKind(one["kind"]) for slug, one in known.devices.items()}
        self._kinds |= {ids[item.row]: item.kind for item in items}
        self._names: dict[str, set[str]] = {}
        self._shown: set[str] = set()
        for slug, one in known.devices.items():
            self._call(slug, one["name"], one["asset"], one["serial"], one["address"])
        self._lasting = {(name, slug) for name, slugs in self._names.items() for slug in slugs}
        self._hosts: dict[str, set[str]] = {}
        for counter in known.counters:
            host = known.computer(counter)
            if host is not None:
                self._hosts.setdefault(counter, set()).add(host)
        for item in items:
            slug = ids[item.row]
            self._call(slug, item.name or self._name(item), item.asset, item.serial, item.address)
            if item.kind in _HOSTS:
                for counter in item.counters:
                    self._hosts.setdefault(counter, set()).add(slug)

    def _call(self, slug: str, *names: str | None) -> None:
        for name in (slug, *names):
            if name:
                self._names.setdefault(folded(name), set()).add(slug)
                self._shown.add(name)

    def settled(self, item: Item) -> Settled:
        """Return what devices.yaml should say; faults are noted."""
        slug = self._ids[item.row]
        old = self._known.devices.get(slug)
        values: dict[str, Value] = {"kind": item.kind.value}
        values["name"] = item.name or (old["name"] if old else self._name(item))
        for key in ("asset", "brand", "model", "serial", "place", "agency", "address"):
            said = getattr(item, key)
            if said is not None and not (key == "address" and old is not None and old["http"]):  # the URL says it
                values[key] = said
        if item.url is not None:
            values["http"] = {"url": item.url}
        above = [one for text in item.parents if (one := self._find(item, text, Field.PARENT)) is not None]
        power = [one for text in item.power if (one := self._find(item, text, Field.POWER)) is not None]
        if power:
            values["power"] = list(dict.fromkeys(power))  # named twice, by name and by asset, it is one
        self._reach(item, values, above, old)
        return Settled(slug, item, values)

    def _name(self, item: Item) -> str:
        place = self._known.counters[item.counters[0]]["name"] if item.counters else item.place or ""
        return f"{kind_word(item.kind, self._say)} {place}".strip()

    def _find(self, item: Item, text: str, field: Field) -> str | None:
        """Return the device that a list names in a column as what a row hangs on."""
        found = self._names.get(folded(text), set())
        if self._alone:
            found = {one for one in found if (folded(text), one) in self._lasting}
        exact = {text} & found
        if len(exact or found) == 1 and (one := next(iter(exact or found))) != self._ids[item.row]:
            self._users.setdefault(one, []).append((item, text, field))
            return one
        _ = self._say
        if len(found) > 1:
            expected = _("one device: {names} are called so; write an asset code or an address").format(
                names=", ".join(sorted(found))
            )
        elif found:
            expected = _("another device than this one itself")
        else:
            self._missing(item, text, field, hint=len(self.faults) < min(_HINTS, 1 + _COMPARED // len(self._shown)))
            return None
        self.faults.append(Fault(item.row, self._where(item.row, field), shown(text), expected))
        return None

    def _missing(self, item: Item, text: str, field: Field, *, hint: bool) -> None:
        _ = self._say
        near = closest(text, self._shown) if hint else None
        said = _(" (did you mean {name}?)").format(name=near) if near else ""
        expected = _("a device of the configuration or of a good row of this list") + said
        self.faults.append(Fault(item.row, self._where(item.row, field), shown(text), expected))

    def follow(self) -> None:
        """Note a fault for every row that stands on a faulty one, on one that stands on that, and so on.

        What another device could stand in for is left to the next round.
        """
        waiting = [fault.row for fault in self.faults]
        bad = set(waiting)
        gone = {self._ids[row] for row in bad}
        while waiting:
            for item, text, field in self._users.get(self._ids[waiting.pop()], ()):
                if item.row in bad or self._stands(item, text, gone):
                    continue
                if text is not None:
                    self._missing(item, text, field, hint=False)
                else:
                    self._no_way(item)
                bad.add(item.row)
                gone.add(self._ids[item.row])
                waiting.append(item.row)

    def _stands(self, item: Item, text: str | None, gone: set[str]) -> bool:
        """Whether something is left of what a row stands on."""
        if text is None:
            found = set[str]().union(*(self._hosts.get(counter, set()) for counter in item.counters))
            return not found <= gone or not found.isdisjoint(self._known.devices)
        name = folded(text)
        return any(one not in gone or (name, one) in self._lasting for one in self._names[name])

    def _reach(self, item: Item, values: dict[str, Value], above: list[str], old: Mapping[str, object] | None) -> None:
        """Decide how it is reached: by its address, through a PC, or not at all."""
        _ = self._say
        if item.address is not None or item.url is not None:
            self._addressed(item, old)
        else:
            host = next((one for one in above if self._kinds[one] in _HOSTS), None)
            reached = old is not None and bool(old["via"] or old["address"] or old["http"])
            if host is None and not reached and item.kind not in {DeviceKind.PASSIVE, *SILENT, *_HOSTS}:
                host = self._host(item)
            if host is not None:
                values["via"] = host
                return
            if not reached and item.kind not in {DeviceKind.PASSIVE, *SILENT}:
                self._no_way(item)
                return
            if not reached:
                values["kind"] = DeviceKind.PASSIVE.value
        if above:
            values["parents"] = above

    def _addressed(self, item: Item, old: Mapping[str, object] | None) -> None:
        """Note a fault for an address of what is seen through a PC."""
        _ = self._say
        found = shown(str(item.address or item.url))
        if old is not None and old["via"]:
            expected = _("no address: the configuration says `via: {host}`; take that out first")
            self._fault(item, found, expected.format(host=old["via"]))
        elif item.kind is DeviceKind.PERIPHERAL:
            self._fault(item, found, _("no address: this kind of device is seen through the PC it hangs on"))

    def _fault(self, item: Item, found: str, expected: str) -> None:
        self.faults.append(Fault(item.row, self._where(item.row, Field.ADDRESS), found, expected))

    def _no_way(self, item: Item) -> None:
        _ = self._say
        self._fault(item, _("nothing"), _("an IP address, or its PC: as parent, or by a counter with one PC"))

    def _host(self, item: Item) -> str | None:
        found = set[str]().union(*(self._hosts.get(counter, set()) for counter in item.counters))
        if len(found) != 1:
            return None
        (host,) = found
        self._users.setdefault(host, []).append((item, None, Field.COUNTER))
        return host
