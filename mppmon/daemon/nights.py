"""When the daemon looks at a new day: after midnight, when nobody is served. Pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def next_night(after: datetime, timezone: str) -> datetime:
    """Return the next 00.05 by the mall's clock, as UTC."""
    local = after.astimezone(ZoneInfo(timezone))
    night = local.replace(hour=0, minute=5, second=0, microsecond=0)
    return (night if night > local else night + timedelta(days=1)).astimezone(UTC)
