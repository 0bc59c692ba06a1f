"""A plan -> the texts of the files it changes. Pure."""

from collections.abc import Iterable, Mapping

from mppmon.setup.inventory.plan import Plan
from mppmon.setup.words import Translate, shown
from mppmon.setup.yaml_text import Untouchable, YamlText

_FILES = {"devices": "devices.yaml", "counters": "counters.yaml", "agencies": "agencies.yaml"}


class CannotApply(ValueError):
    """A place in a file that has to be changed by hand; the text says which."""


def apply(plan: Plan, texts: Mapping[str, str], _: Translate) -> dict[str, str]:
    """Return file -> new text of the files that change.

    `texts`: all YAML files by their path, in the order in which they are laid over each other: what is written in
    several is changed in the last.
    """
    files = _Files(texts, _)
    new = {one.id: one.values for one in plan.added}
    if new:
        files.put(("devices",), new)
    for changed in plan.changed:
        files.put(("devices", changed.id), {key: value for key, (_old, value) in changed.fields.items()})
    by_counter: dict[str, dict[str, object]] = {}
    for role in plan.roles:
        by_counter.setdefault(role.counter, {})[role.role] = _few(role.devices)
    for counter, roles in by_counter.items():
        files.nest(("counters", counter), "roles", roles)
    for need in plan.needs:
        files.put(("agencies", need.agency, "services", need.service), {"needs": list(need.roles)})
    return files.results()


def _few(devices: Iterable[str]) -> object:
    every = list(devices)
    return every[0] if len(every) == 1 else every


class _Files:
    def __init__(self, texts: Mapping[str, str], _: Translate) -> None:
        self._texts, self._say = texts, _
        self._open: dict[str, YamlText] = {}

    def put(self, path: tuple[str, ...], values: Mapping[str, object]) -> None:
        name = self._where(path)
        try:
            self._file(name).put(path, values)
        except Untouchable as error:
            raise self._refusal(name, str(error) or ".".join(path)) from error

    def nest(self, path: tuple[str, ...], key: str, values: Mapping[str, object]) -> None:
        """Put values below a key that may not be there yet."""
        if self._file(self._where((*path, key))).has((*path, key)):
            self.put((*path, key), values)
        else:
            self.put(path, {key: values})

    def results(self) -> dict[str, str]:
        found = {name: file.result() for name, file in self._open.items()}
        changed = [name for name, text in found.items() if text != self._texts[name]]
        order = list(_FILES.values())  # each file only names what those before it have
        return {name: found[name] for name in sorted(changed, key=lambda one: order.index(one.rpartition("/")[2]))}

    def _where(self, path: tuple[str, ...]) -> str:
        """Return the last file that says something at this path, else the main file."""
        main = _FILES[path[0]]
        if len(path) == 1:
            return main
        names = [name for name in self._texts if name.rpartition("/")[2] == main]
        try:
            return next((name for name in reversed(names) if self._file(name).has(path)), main)
        except Untouchable as error:
            raise self._refusal(main, str(error)) from error

    def _file(self, name: str) -> YamlText:
        if name not in self._open:
            self._open[name] = YamlText(self._texts[name])
        return self._open[name]

    def _refusal(self, name: str, place: str) -> CannotApply:
        _ = self._say
        return CannotApply(
            _("{file}: {place} is written in a way (alias, merge key) that has to be changed by hand first.").format(
                file=name, place=shown(place)
            )
        )
