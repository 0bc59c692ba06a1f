"""Until when Windows gets updates from Microsoft, by its build number and edition. Pure.

The dates are those of Microsoft's lifecycle pages ("Windows 10 Home and Pro", "Windows 11 Enterprise and Education",
"Windows Server ..."), without the Extended Security Updates that are paid for. A build that is not in the table is
newer than this agent, or a preview: then nothing is said.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from ..readers import Fact, SourceMissing  # noqa: TID252  # the agent imports relatively only: contract D
from . import Registry, Value

KEY = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
HOME = {
    9600: "2023-01-10", 10240: "2017-05-09", 14393: "2018-04-10", 17763: "2020-11-10", 18362: "2020-12-08",
    18363: "2021-05-11", 19041: "2021-12-14", 19042: "2022-05-10", 19043: "2022-12-13", 19044: "2023-06-13",
    19045: "2025-10-14", 22000: "2023-10-10", 22621: "2024-10-08", 22631: "2025-11-11", 26100: "2026-10-13",
    26200: "2027-10-12",
}  # fmt: skip
"""Home and Pro."""
ENTERPRISE = HOME | {
    14393: "2019-04-09", 17763: "2021-05-11", 18363: "2022-05-10", 19042: "2023-05-09", 19044: "2024-06-11",
    22000: "2024-10-08", 22621: "2025-10-14", 22631: "2026-11-10", 26100: "2027-10-12", 26200: "2028-10-10",
}  # fmt: skip
"""Enterprise and Education, where they differ."""
LONG = {
    10240: "2025-10-14", 14393: "2026-10-13", 17763: "2029-01-09", 19044: "2027-01-12", 26100: "2029-10-09",
}  # fmt: skip
"""Enterprise LTSC (EnterpriseS)."""
SERVER = {
    9600: "2023-10-10", 14393: "2027-01-12", 17763: "2029-01-09", 20348: "2031-10-14", 26100: "2034-10-10",
}  # fmt: skip


class Support:
    """`now`: Unix time."""

    def __init__(self, registry: Registry, *, now: Callable[[], float]) -> None:
        self._registry = registry
        self._now = now

    def read(self) -> list[Fact]:
        """Return the seconds left, negative after the end. SourceMissing for a build that is not known."""
        system = self._registry.values(KEY)
        build = str(system.get("CurrentBuildNumber", ""))
        end = _table(system).get(int(build)) if build.isascii() and build.isdigit() else None
        if end is None:
            raise SourceMissing(f"no end of support is known of Windows' build {build[:10] or 'number that it hides'}")
        ends = datetime.strptime(end, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()
        return [Fact("support_left_seconds", ends - self._now())]


def _table(system: Mapping[str, Value]) -> Mapping[int, str]:
    edition, kind = str(system.get("EditionID", "")), str(system.get("InstallationType", ""))
    if kind.startswith("Server"):
        return SERVER
    if edition.startswith("IoTEnterpriseS"):
        return {}  # ten years, with dates of its own
    if edition.startswith("EnterpriseS"):
        return LONG
    return ENTERPRISE if edition.startswith(("Enterprise", "Education", "IoTEnterprise")) else HOME
