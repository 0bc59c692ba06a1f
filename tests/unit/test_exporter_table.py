"""The table and the documentation are one; so are the daemon's own metrics and theirs."""

import re
from pathlib import Path

from prometheus_client import CollectorRegistry

from collectors.snmp.wire.transport import Counts
from mppmon.exporter import FAMILIES, SelfMetrics
from mppmon.exporter.datagrams import Datagrams
from mppmon.exporter.figures import HELP, PREFIX

DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"
WORDS = re.compile(r"`([^`]+)`")


def documented() -> dict[str, tuple[str, ...]]:
    """Return name -> labels of every row of the tables; of several names and as many labels, one each."""
    found: dict[str, tuple[str, ...]] = {}
    for row in DOCS.read_text("utf-8").splitlines():
        if not row.startswith("| `mppmon_") or row.startswith("| `mppmon_daemon_"):
            continue
        first, second = row.strip("|").split("|")[:2]
        names, labels = WORDS.findall(first), tuple(WORDS.findall(second))
        one_each = len(names) > 1 and len(names) == len(labels)
        for index, name in enumerate(names):
            assert name not in found
            found[name] = (labels[index],) if one_each else labels
    return found


def test_table_and_documentation_are_identical_in_names_labels_and_order() -> None:
    assert [(metric.name, metric.labels) for metric in FAMILIES.values()] == list(documented().items())


def test_types_and_helps() -> None:
    for metric in FAMILIES.values():
        assert metric.type == ("counter" if metric.name.endswith("_total") else "gauge")
        assert metric.help.endswith(".")
        assert "\n" not in metric.help
        assert "\\" not in metric.help


def test_the_daemons_own_metrics_are_the_documented_ones() -> None:
    registry = CollectorRegistry()
    itself = SelfMetrics(registry)
    itself.info(version="1", revision="a")
    itself.info(version="1", revision="b")
    itself.polled("snmp", "ok")
    itself.polled("snmp", "ok")
    itself.late(0.01)
    itself.queue(3)
    itself.batch(0.01)
    itself.commit(0.01)
    itself.sent("mail", "sent")
    itself.outbox(2)
    itself.missed("report")
    itself.last_seen(1.0)
    itself.clock_jump()
    itself.refused()
    itself.trap("accepted", 1)
    itself.push("accepted")
    itself.pruned("command", 1)
    itself.icmp("dgram")
    registry.register(Datagrams(lambda: Counts(sent=5, dropped=2, receive_buffer=4096)))
    assert registry.get_sample_value("mppmon_daemon_snmp_datagrams_total", {"event": "dropped"}) == 2.0
    shown: dict[str, set[str]] = {}
    for family in registry.collect():
        name = family.name + ("_total" if family.type == "counter" else "")
        assert {sample.name.removesuffix("_created") for sample in family.samples} == {
            sample.name for sample in family.samples
        }
        for sample in family.samples:
            shown.setdefault(name, set()).update(sample.labels.keys() - {"le"})
    section = (
        DOCS.read_text("utf-8")
        .partition("## The daemon about itself")[2]
        .partition("\n")[2]
        .partition("Looked at every")[0]
    )
    said = {}
    for word in WORDS.findall(section.partition("\n## ")[0]):
        name, _, labels = word.rstrip("}").partition("{")
        said[name] = set(filter(None, labels.split(", ")))
    assert shown == said
    assert registry.get_sample_value("mppmon_daemon_polls_total", {"way": "snmp", "outcome": "ok"}) == 2.0
    assert registry.get_sample_value("mppmon_daemon_info", {"version": "1", "revision": "a"}) is None
    assert registry.get_sample_value("mppmon_daemon_info", {"version": "1", "revision": "b"}) == 1.0


def test_what_is_looked_at_every_ten_seconds_is_documented() -> None:
    rows = [row for row in DOCS.read_text("utf-8").splitlines() if row.startswith("| `mppmon_daemon_")]
    names = [name for row in rows for name in WORDS.findall(row.strip("|").split("|")[0])]
    assert sorted(names) == sorted(f"{PREFIX}{name}" for name in HELP)


def test_a_figure_is_shown_with_its_labels_and_one_with_a_metric_of_its_own_is_not_shown_twice() -> None:
    registry = CollectorRegistry()
    itself = SelfMetrics(registry)
    itself.figures.show([(f"{PREFIX}way_quiet_seconds", (("way", "snmp"),), 3.0), (f"{PREFIX}queue_depth", (), 99.0)])
    assert registry.get_sample_value(f"{PREFIX}way_quiet_seconds", {"way": "snmp"}) == 3.0
    assert registry.get_sample_value(f"{PREFIX}queue_depth") == 0.0
