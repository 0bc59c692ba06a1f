"""What the `holidays` library knows of a country, looked up in a child process. For one country it reads the calendars
of all 250: 17 MB, which a daemon would keep for as long as it runs.
"""

import json
import subprocess
import sys
import warnings
from dataclasses import dataclass
from datetime import date
from functools import cache

YEARS = range(2020, 2051)
"""The years of which a revision keeps the holidays: the same on every day, so that the revision is too."""
_SECONDS = 60.0
_JOINT_LEAVE = "joint-leave"


@dataclass(frozen=True, slots=True)
class Almanac:
    """The days of YEARS; of a country that the library does not know, none, and the codes of those it does."""

    days: frozenset[date]
    known: tuple[str, ...] = ()


@cache
def almanac(country: str, *, joint_leave: bool) -> Almanac:
    """Return a country's public holidays, with joint leave where it is taken. The library is asked once, for it is the
    same as long as we run; in this process where no child can be had.
    """
    argv = [sys.executable, "-P", "-m", "mppmon.almanac", country, *([_JOINT_LEAVE] if joint_leave else [])]
    try:
        done = subprocess.run(  # noqa: S603  # fixed argv, no shell; the country is an argument of its own
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=_SECONDS, check=True
        )
        days, known = json.loads(done.stdout)
        return Almanac(frozenset(date.fromordinal(day) for day in days), tuple(known))
    except (OSError, ValueError, TypeError, subprocess.SubprocessError):
        return look_up(country, joint_leave=joint_leave)


def look_up(country: str, *, joint_leave: bool) -> Almanac:
    """Return the same from the library itself, in this process."""
    from holidays import country_holidays, list_supported_countries  # noqa: PLC0415  # 17 MB: see above

    known = list_supported_countries()
    if country not in known:
        return Almanac(frozenset(), tuple(known))
    supported = country_holidays(country).supported_categories
    wanted = ("public", "government") if joint_leave else ("public",)
    categories = tuple(one for one in wanted if one in supported)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of years it only estimates
        return Almanac(frozenset(country_holidays(country, years=YEARS, categories=categories)))


def main(arguments: list[str]) -> None:
    """Run as a program, `COUNTRY [joint-leave]`: one line of JSON, the days by their ordinals and the known codes."""
    found = look_up(arguments[0], joint_leave=_JOINT_LEAVE in arguments[1:])
    sys.stdout.write(f"{json.dumps([[day.toordinal() for day in sorted(found.days)], found.known])}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
