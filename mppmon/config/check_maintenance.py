"""Cross-checks of `maintenance.yaml`: names that are there, times that go forward; and what is allowed but unwise."""

from collections.abc import Iterable
from datetime import UTC, datetime, time
from itertools import pairwise

from alerts.silence import Silence
from mppmon.config.draft import Draft
from mppmon.config.maintenance import OWN, covered
from mppmon.config.problem import listed, nearest, quoted
from mppmon.config.rules import merged
from mppmon.config.settings_maintenance import WindowSettings, local
from mppmon.mall.model import Mall

FILE = "maintenance.yaml"


def check_maintenance(draft: Draft) -> None:
    """Judge every window by itself."""
    if draft.maintenance is None:
        return
    for slug, window in draft.maintenance.windows.items():
        path = ("windows", slug)
        _match(draft, path, window)
        if (window.duration is None) is (window.end is None):
            found = "neither `duration` nor `end`" if window.end is None else "both `duration` and `end`"
            draft.error(FILE, path, found, "one of them: `duration: 2h`, or `end: 2026-11-29 22:00`", key=True)
        if window.end is not None and local(window.end) <= local(window.start):
            draft.error(FILE, (*path, "end"), quoted(window.end), f"a time after {window.start}, when it begins")
        if window.until is not None and local(window.until) < local(window.start):
            draft.error(FILE, (*path, "until"), quoted(window.until), f"a time not before {window.start}")
        if window.until is not None and window.repeat is None:
            draft.error(FILE, (*path, "until"), "a last day of what happens once", "`repeat:` too, or no `until`")


def _match(draft: Draft, path: tuple[str, ...], window: WindowSettings) -> None:
    match, at = window.match, (*path, "match")
    if not any(getattr(match, name) for name in type(match).model_fields):
        labels = "device, rule, kind, agency, place, channel, person, way"
        expected = f"at least one of {labels}: an empty match would cover the whole mall"
        draft.error(FILE, at, "nothing", expected, key=True)
    for name, collection in (
        ("device", "devices"),
        ("agency", "agencies"),
        ("channel", "channels"),
        ("person", "people"),
    ):
        for index, word in enumerate(getattr(match, name)):
            draft.refer(FILE, (*at, name, index), word, collection)
    if draft.rules is None:
        return
    rules = merged(draft.rules)
    for index, word in enumerate(match.rule):
        if word not in rules:
            draft.error(FILE, (*at, "rule", index), quoted(word), listed(rules), nearest(word, rules))


def warn_of_windows(draft: Draft, mall: Mall, windows: Iterable[Silence]) -> None:
    """Note windows that cover nothing, that never come, and such as overlap: of the whole configuration, built."""
    if draft.maintenance is None:
        return
    today = datetime.combine(draft.today, time(), tzinfo=UTC)
    coming: dict[str, list[Silence]] = {slug: [] for slug in draft.maintenance.windows}
    for one in windows:
        coming[one.id.partition("@")[0]].append(one)
    devices = {slug: covered(many[0], mall) for slug, many in coming.items() if many}
    for slug, many in coming.items():
        path = ("windows", slug)
        if not many and draft.maintenance.windows[slug].repeat is not None:
            draft.warn(FILE, path, "a window that never comes", "a `repeat` that fits `start` and `until`")
        elif many and not devices[slug] and not dict(many[0].match).keys() & OWN:
            draft.warn(FILE, path, "a window that covers no device", "a `match` that fits some device")
        if any(before.end > after.start for before, after in pairwise(many)):
            draft.warn(FILE, path, "a window that begins again before it ends", "a shorter one, or a rarer `repeat`")
    slugs = [slug for slug in coming if devices.get(slug)]
    for number, slug in enumerate(slugs):
        for other in slugs[number + 1 :]:
            both = devices[slug] & devices[other]
            same = next((one for one in coming[other] if _meets(one, coming[slug], today)), None)
            if both and same is not None:
                found = f"a window that overlaps `{slug}` on {min(both)}"
                draft.warn(FILE, ("windows", other), found, "one window for one piece of work")


def _meets(one: Silence, others: Iterable[Silence], today: datetime) -> bool:
    """Whether this interval, unless it is over, overlaps one of the others and speaks of the same rules."""
    if one.end < today:
        return False
    rules = dict(one.match).get("rule")
    for other in others:
        theirs = dict(other.match).get("rule")
        if one.start < other.end and other.start < one.end and not (rules and theirs and not set(rules) & set(theirs)):
            return True
    return False
