"""What the patterns of a profile's texts ask for, in words."""

from collections.abc import Mapping

PROFILE_PATTERNS: Mapping[str, str] = {
    r"^[0-2](\.(0|[1-9][0-9]{0,9})){1,127}$": "an OID: numbers between dots, such as 1.3.6.1.2.1.43.10.2.1.4",
    r"^mppmon_[a-z0-9_]{1,80}$": "a metric of docs/metrics.md, such as mppmon_printer_pages_total",
    r"^[^\x00-\x1f\x7f]{1,40}$": "a text on one line, at most 40 characters",
    r"^[^\x00-\x1f\x7f-\x9f]{1,120}$": "a text on one line, at most 120 characters",
    r"^[a-z][a-z0-9-]{0,39}$": "a name: a lower-case letter, then letters, digits and hyphens, such as pages",
    r"^[a-z][a-z0-9_]{0,39}$": "a label: lower-case letters, digits and underscores, such as supply",
    r"^[%A-Za-z/. :-]{2,40}$": "how the day is written, in strptime's signs, such as %m/%d/%Y",
}
