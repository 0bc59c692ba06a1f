"""Row 9: 10,000 devices that fail at once, without a common cause; the short form has 200."""

import json
from pathlib import Path

from tests.bench.pager_storm import Storm, play
from tests.faults.row import Found, Row

SHORT = Storm(200, 2.0, (0.2, 0.4, 0.6), 1.0)
FULL = Storm(10_000, 10.0, (0.5, 1.0, 2.0), 60.0)
_FIRST, _MESSAGES, _GROWTH = 10.0, 2, 100.0
"""At most: seconds to the first page, messages to the one on duty, MiB."""


def played(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Hold what was told and what is listed against how many failed."""
    storm = SHORT if short else FULL
    folder.mkdir(parents=True, exist_ok=True)
    told = play(folder, storm)
    calm = told.first <= _FIRST and 0 < told.messages <= _MESSAGES and told.growth <= _GROWTH
    note = (
        f"{storm.devices} devices, {told.listed} listed, first page {told.first:.1f} s after the first confirmation, "
        f"{told.growth:.1f} MiB more on {told.before:.0f}"
    )
    if told.messages > _MESSAGES:
        note += "; told: " + " / ".join(json.loads(one).get("text", one)[:120] for one in told.texts)
    return Found(calm and told.listed == storm.devices, told.messages, "messages", note)


ROWS = (Row(9, "10,000 devices down at once", "1 page, 1 summary, all listed, <= 100 MB more", played),)
