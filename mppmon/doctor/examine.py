"""Runs all checks at once, each within its own deadline."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from mppmon.doctor.case import Case
from mppmon.doctor.finding import Finding, bad, skipped

Ask = Callable[[Case], Awaitable[Sequence[Finding]]]
Watch = Callable[[int, int], None]
"""Told how many checks are done, of how many."""


@dataclass(frozen=True, slots=True)
class Check:
    """`seconds`: after that its line says that there was no end. `network`: left out when nothing may be asked over the
    network.
    """

    group: str
    name: str
    ask: Ask
    seconds: float = 6.0
    network: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that belong together, in the order of the checks."""

    name: str
    findings: tuple[Finding, ...]


async def examine(case: Case, checks: Sequence[Check], *, offline: bool, watch: Watch | None = None) -> list[Group]:
    """Return what was found, by group, in the order of `checks`. Raises nothing for what a check does."""
    done = 0

    async def one(check: Check) -> Sequence[Finding]:
        nonlocal done
        found = await _within(check, case, offline=offline)
        done += 1
        if watch is not None:
            watch(done, len(checks))
        return found

    found = await asyncio.gather(*(one(check) for check in checks))
    groups: dict[str, list[Finding]] = {}
    for check, findings in zip(checks, found, strict=True):
        groups.setdefault(check.group, []).extend(findings)
    return [Group(name, tuple(findings)) for name, findings in groups.items()]


async def _within(check: Check, case: Case, *, offline: bool) -> Sequence[Finding]:
    if offline and check.network:
        return (skipped(check.name, "not asked: --offline"),)
    try:
        async with asyncio.timeout(check.seconds):
            return await check.ask(case)
    except TimeoutError:
        return (
            bad(check.name, f"no end within {check.seconds:g} s", "try again; if it stays so, see what hangs there"),
        )
    except Exception as error:  # noqa: BLE001  # one faulty check must not take the others' lines away
        what = f"the check itself failed: {type(error).__name__}"
        return (bad(check.name, what, "this is a fault of mppmon: please report it with the output of --json"),)
