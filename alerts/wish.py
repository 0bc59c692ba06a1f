"""What people ask for in a line beside acknowledging: quiet for a while, its end, a list, one incident of two. Pure."""

import re
from dataclasses import dataclass

MERGE, SILENCE, MAINTAIN, QUIET, SPEAK = "merge", "silence", "maintain", "quiet", "speak"
"""Verbs of a Reply: two incidents are one, call nobody for a while, the same for work that is planned, what is quiet
now, end it.
"""

_WORDS = {
    "gabung": MERGE,
    "gabungkan": MERGE,
    "merge": MERGE,
    "senyapkan": SILENCE,
    "silence": SILENCE,
    "pemeliharaan": MAINTAIN,
    "maintenance": MAINTAIN,
    "jadwal": QUIET,
    "quiet": QUIET,
    "akhiri": SPEAK,
    "end": SPEAK,
}
_UNITS = {
    **dict.fromkeys(("m", "menit", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "jam", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "hari", "day", "days"), 86_400),
}
_ANY_CASE = re.IGNORECASE | re.ASCII
"""Of ASCII letters alone: else a long s (U+017F) is an s to a pattern, a dotless i an i, and neither is in a table."""
_HEAD = re.compile(rf"(/?)({'|'.join(_WORDS)})(?:@\w{{1,64}})?(?=\s|$)\s*(.*)", _ANY_CASE | re.DOTALL)
_SUBJECT = r"#?[a-z0-9-]{1,40}"
_WISHED = re.compile(
    rf"({_SUBJECT}(?:\s*,\s*{_SUBJECT}){{0,9}})\s+"
    r"(?:(?:mulai\s+)?(?:pukul|jam|at)\s+([01]?\d|2[0-3])[.:]([0-5]\d)\s+)?"
    rf"(?:selama\s+|for\s+)?(\d{{1,4}})\s*({'|'.join(sorted(_UNITS, key=len, reverse=True))})\s+(\S.*)",
    _ANY_CASE,
)
_UNITED = re.compile(r"#?(\d{1,9})\s+(?:(?:ke|dengan|into)\s+)?#?(\d{1,9})", _ANY_CASE)


@dataclass(frozen=True, slots=True)
class Wish:
    """Quiet for a while. `subjects`: device ids or incident numbers, as typed; `clock`: hour and minute of the mall's
    clock at which it begins, None: now.
    """

    subjects: tuple[str, ...]
    seconds: float
    clock: tuple[int, int] | None
    reason: str


def asked(text: str) -> tuple[str, int] | None:
    """Return verb and incident (0: none) of such a line. Without a slash it has to say so much that no talk says it by
    chance: "jadwal" and "akhiri rapat" are talk.
    """
    head = _HEAD.fullmatch(text.strip())
    if head is None:
        return None
    verb, rest = _WORDS[head[2].lower()], head[3].strip()
    pair = united(text) if verb == MERGE else None
    good = {MERGE: pair is not None, QUIET: False, SPEAK: rest.startswith("#")}.get(verb, wish(text) is not None)
    return (verb, pair[0] if pair else 0) if good or head[1] else None


def wish(text: str) -> Wish | None:
    """Return the wish of `/senyapkan sw-lt2, #12 2 jam ganti switch`, None when it is none."""
    found = _WISHED.fullmatch(_rest(text))
    if found is None:
        return None
    subjects = tuple(dict.fromkeys(one.strip().lower() for one in found[1].split(",")))
    clock = (int(found[2]), int(found[3])) if found[2] else None
    return Wish(subjects, float(int(found[4]) * _UNITS[found[5].lower()]), clock, found[6].strip())


def united(text: str) -> tuple[int, int] | None:
    """Return the incidents of `/gabung 13 12`: the first is the same fault as the second."""
    found = _UNITED.fullmatch(_rest(text))
    return (int(found[1]), int(found[2])) if found else None


def ended(text: str) -> str:
    """Return what `/akhiri sw-lt2` names: a device, an incident's number or how an id begins; empty when nothing."""
    rest = _rest(text).lower()
    return rest if re.fullmatch(_SUBJECT, rest) else ""


def _rest(text: str) -> str:
    head = _HEAD.fullmatch(text.strip())
    return head[3].strip() if head else ""
