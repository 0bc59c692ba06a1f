"""The judge: what the database owed, held against what the provider received, life by life of the daemon.

Pure, so that it is itself proven: `tests/unit/test_faults_oracle.py` drops a receipt, doubles one, swaps two.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.channels.base import Reason
from tests.faults.provider import Receipt

NEEDLESS = frozenset({Reason.ELSEWHERE, Reason.SUMMARISED, Reason.OVER})
"""Why a message may end unsent: another one said it. For any other reason it is lost."""
BIRTH = 0.1
"""Seconds a new daemon needs at the least until it can send: what arrives before is still its predecessor's."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A row of the outbox; `reason` of one that is dead."""

    key: str
    incident: str
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """One process. `at`: its begin, monotonic seconds. `killed`: whether a kill ended the one before."""

    at: float
    killed: bool = False


@dataclass(frozen=True)
class Judgement:
    """`lost`: owed and never received. `repeats`: receipts beyond the first of their key, and `worst` of them after one
    kill; `uncalled`: those that no kill explains. `most`: receipts of one key. `disorder`: incidents told out of order.
    """

    lost: int = 0
    repeats: int = 0
    worst: int = 0
    uncalled: int = 0
    most: int = 0
    disorder: int = 0
    kills: int = 0

    @property
    def ok(self) -> bool:
        """Whether the promise holds: nothing lost, order kept, at most one repeat after each kill and none without."""
        return self.lost == 0 and self.disorder == 0 and self.worst <= 1 and self.uncalled == 0


def together(found: Sequence[Judgement]) -> Judgement:
    """Return what holds of several faults that were judged one by one."""
    return Judgement(
        lost=sum(one.lost for one in found),
        repeats=sum(one.repeats for one in found),
        worst=max((one.worst for one in found), default=0),
        uncalled=sum(one.uncalled for one in found),
        most=max((one.most for one in found), default=0),
        disorder=sum(one.disorder for one in found),
        kills=sum(one.kills for one in found),
    )


def judge(
    owed: Sequence[Owed], receipts: Sequence[Receipt], lives: Sequence[Life], *, since: float = float("-inf")
) -> Judgement:
    """Judge. `owed` in the order of deciding, `receipts` in that of arrival, `lives` by their begin: all there are, of
    which repeats and kills count from `since` (monotonic seconds) on.
    """
    keyed = [one for one in receipts if one.key]
    by_key = Counter(one.key for one in keyed)
    repeats = _repeats_by_life(keyed, lives, since)
    return Judgement(
        lost=sum(not by_key[one.key] for one in owed if one.status != "dead" or one.reason not in NEEDLESS),
        repeats=sum(repeats.values()),
        worst=max((count for place, count in repeats.items() if _killed(lives, place)), default=0),
        uncalled=sum(count for place, count in repeats.items() if not _killed(lives, place)),
        most=max((by_key[one.key] for one in owed), default=0),
        disorder=_disorder(owed, keyed),
        kills=sum(one.killed and one.at >= since for one in lives),
    )


def _killed(lives: Sequence[Life], place: int) -> bool:
    return 0 <= place < len(lives) and lives[place].killed


def _repeats_by_life(keyed: Sequence[Receipt], lives: Sequence[Life], since: float) -> Mapping[int, int]:
    """Return place of a life -> how many receipts of it repeat a key that was received before."""
    found: Counter[int] = Counter()
    seen: set[str] = set()
    for one in keyed:
        if one.key in seen and one.at >= since:
            found[sum(life.at + BIRTH <= one.at for life in lives) - 1] += 1
        seen.add(one.key)
    return found


def _disorder(owed: Sequence[Owed], keyed: Sequence[Receipt]) -> int:
    first: dict[str, int] = {}
    for place, one in enumerate(keyed):
        first.setdefault(one.key, place)
    lines: dict[str, list[int]] = {}
    for row in owed:
        if row.key in first:
            lines.setdefault(row.incident, []).append(first[row.key])
    return sum(places != sorted(places) for places in lines.values())
