"""Whether people would be reached: what became of the newest daily test messages, for the staff."""

from collections.abc import Sequence
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, HTTPException

from mppmon.config import Loaded
from mppmon.mall.principal import Principal
from mppmon.store import CanaryFate, Store, StoreError
from mppmon.web.house import House, house_of, principal

router = APIRouter(prefix="/api/v1")
HouseOf = Annotated[House, Depends(house_of)]
Who = Annotated[Principal, Depends(principal)]
_READERS = CapacityLimiter(1)
_TAKEN = {"sent": True, "dead": False}


@router.get("/canary")
async def canary(house: HouseOf, who: Who) -> dict[str, object] | None:
    """Return when the newest test messages were made, and which were taken; null where none are wanted."""
    who.require(who.sees_all, "read the daily test messages")  # a refusal is no fault of the database

    def read() -> Sequence[CanaryFate]:
        with Store.open(house.database, read_only=True) as store:
            return store.canaries(who)

    try:
        found = await to_thread.run_sync(read, limiter=_READERS)
    except (StoreError, OSError):
        raise HTTPException(503, "the database cannot be read now; the daemon's log says why") from None
    return canary_view(found, house.engine.snapshot.loaded)


def canary_view(found: Sequence[CanaryFate], loaded: Loaded) -> dict[str, object] | None:
    """Return test messages as JSON: `at` (null: none yet) and by person and channel whether it was `taken` (null: it
    waits). None where none are wanted.
    """
    if loaded.settings.canary is None:
        return None
    names = {one.id: one.name for one in loaded.people.values()}
    return {
        "at": max(one.made_at for one in found).isoformat() if found else None,
        "messages": [
            {
                "person": one.recipient,
                "name": names.get(one.recipient, one.recipient),
                "channel": one.channel,
                "taken": _TAKEN.get(one.status),
                "reason": one.reason,
            }
            for one in found
        ],
    }
