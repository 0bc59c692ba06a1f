"""What `mppmon poll` says of what nobody can ask."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from collectors.observation import Observation, Outcome
from mppmon.daemon.looks import not_asked
from tests.servers.push_door import pushing
from tests.stories.house import small_config

NOW = datetime(2026, 11, 24, 2, 0, 30, tzinfo=UTC)


def test_a_pc_that_pushes_is_told_by_its_last_push() -> None:
    loaded = small_config()
    name = next(one.id for one in loaded.mall.devices.values() if one.kind == "pc" and one.via is None)
    pc = replace(loaded.mall.devices[name], pushes=True)
    mall = replace(loaded.mall, devices={**loaded.mall.devices, name: pc})
    loaded = replace(loaded, mall=mall, targets=(pushing(name, every=15.0),))
    head = "it sends by itself, nobody can ask it; "
    never = not_asked(loaded, name, None, NOW)
    assert never == {"outcome": "passive", "detail": head + "nothing came from it since the daemon began"}
    texts = (("machine_id", "m1"),)
    push = Observation(f"{name}:telemetry", name, Outcome.OK, NOW - timedelta(seconds=12), 0.0, texts=texts)
    fresh = not_asked(loaded, name, push, NOW)
    told = f"{head}its last push is of 2026-11-24 09:00:18 (12 s ago); machine id m1"
    assert (fresh["outcome"], fresh["detail"]) == ("ok", told)
    later = not_asked(loaded, name, push, NOW + timedelta(minutes=1))
    assert later == {"outcome": "passive", "detail": told.replace("12 s", "72 s")}
