"""What changed in a snapshot, into /metrics."""

from mppmon.engine.snapshot import Snapshot
from mppmon.exporter import Exporter
from mppmon.mall.model import delivery_subject
from mppmon.mall.party import Party


def show(exporter: Exporter, snapshot: Snapshot, *, everything: bool) -> None:
    """Show what changed; `everything`: of a new inventory."""
    if everything:
        exporter.inventory(snapshot.loaded.mall)
    for device, reach in snapshot.reaches.items():
        if everything or device in snapshot.changed:
            exporter.device(device, reach, snapshot.functions[device])
    for (service, counter), verdict in snapshot.deliveries.items():
        if everything or delivery_subject(service, counter) in snapshot.changed:
            exporter.delivery(service, counter, verdict.delivery)
    exporter.blind(snapshot.blind)
    acknowledged = sum(one.acknowledged_by is not None for one in snapshot.incidents)
    exporter.incidents(len(snapshot.incidents) - acknowledged, acknowledged)
    found = [one.facts.party for one in snapshot.incidents]
    exporter.parties({party.value: found.count(party) for party in Party})
