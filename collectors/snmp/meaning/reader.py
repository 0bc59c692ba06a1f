"""An observation's samples by name and labels, its texts by table and index. Pure."""

from collections.abc import Mapping

from collectors.observation import Labels, Observation
from collectors.snmp.decode import index_key

Fields = dict[str, object]


class Reader:
    """Samples by name and labels, texts by table and index."""

    def __init__(self, observation: Observation) -> None:
        self._samples: dict[str, dict[Labels, float]] = {}
        for name, labels, value in observation.samples():
            self._samples.setdefault(name, {})[labels] = value
        self._texts: dict[str, dict[str, dict[str, str]]] = {}
        for key, text in observation.texts:
            table, _, rest = key.partition(".")
            index, _, column = rest.rpartition(".")
            if column:
                self._texts.setdefault(table, {}).setdefault(index, {})[column] = text

    def has(self, name: str) -> bool:
        """Return whether there is any sample of this name."""
        return name in self._samples

    def value(self, name: str, **labels: str) -> float | None:
        """Return the first sample that has these labels."""
        wanted = set(labels.items())
        return next((v for found, v in self._samples.get(name, {}).items() if wanted <= set(found)), None)

    def present(self, name: str, label: str) -> list[str]:
        """Return the values of `label` whose sample is 1."""
        return [dict(labels)[label] for labels, value in self._samples.get(name, {}).items() if value == 1]

    def labelled(self, name: str) -> list[Labels]:
        """Return the labels of the samples of this name."""
        return list(self._samples.get(name, {}))

    def label(self, wanted: str, label: str, index: str) -> str | None:
        """Return another label of whatever sample has `label` = index."""
        for samples in self._samples.values():
            for labels in map(dict, samples):
                if labels.get(label) == index and wanted in labels:
                    return labels[wanted]
        return None

    def rows(self, table: str) -> Mapping[str, Mapping[str, str]]:
        """Return the words of a table: column -> text by index."""
        return self._texts.get(table, {})

    def indexes(self, label: str, prefix: str, table: str = "") -> list[str]:
        """Return what `label` takes in metrics of this prefix, and the rows of `table`, in SNMP's order."""
        found = {
            value
            for name, samples in self._samples.items()
            if name.startswith(prefix)
            for labels in samples
            for key, value in labels
            if key == label
        }
        return sorted(found | set(self.rows(table)), key=_order)


def _order(index: str) -> tuple[tuple[int, ...], str]:
    """Sort numeric indexes as SNMP does, and other labels by their letters."""
    return (index_key(index), "") if index.replace(".", "").isdecimal() else ((), index)


def first(*texts: str | None) -> str:
    """Return the first text that says something, or ""."""
    return next((text for text in texts if text), "")


def whole(value: float | None) -> int | None:
    """Return a count."""
    return None if value is None else int(value)


def flag(value: float | None) -> bool | None:
    """Return whether it is 1; None where it is not known."""
    return None if value is None else value == 1


def known(fields: Fields) -> Fields:
    """Return the fields that the device says something about."""
    return {key: value for key, value in fields.items() if value is not None and value != ""}
