"""Who may read and write what, said once. Deny by default: a role that is not named here gets nothing."""

from dataclasses import replace

from sqlalchemy import ColumnElement, false, true

from alerts.model import Incident, Words
from mppmon.mall.model import Mall
from mppmon.mall.principal import MALL, Principal, Role

_WRITERS = frozenset({Role.SYSTEM, Role.ADMINISTRATOR})
_READERS_OF_ALL = frozenset({Role.SYSTEM, Role.ADMINISTRATOR, Role.COORDINATOR, Role.TECHNICIAN})


def scope(principal: Principal, column: ColumnElement[str | None] | ColumnElement[str]) -> ColumnElement[bool]:
    """Return the filter on a column that names the agency a row belongs to.

    An agency reads the rows of its agencies. A row of no agency (NULL, the mall's own) is not one of them.
    """
    if principal.role in _READERS_OF_ALL:
        return true()
    if principal.role is Role.AGENCY and principal.agencies:
        return column.in_(sorted(principal.agencies))
    return false()


def require_writer(principal: Principal, deed: str) -> None:
    """Raise Refused unless the principal may change the store: the daemon itself and administrators."""
    principal.require(principal.role in _WRITERS, deed)


def require_staff(principal: Principal, deed: str) -> None:
    """Raise Refused unless the principal may act on incidents: rows that belong to no agency are theirs to read."""
    principal.require(principal.may_act(), deed)


NAMELESS = "MPP"
"""Stands for equipment and people that an agency is not told of; the same word in both languages."""

_MALLS = Words("gangguan pada peralatan mal", "a fault in the mall's equipment")
_OTHERS = Words("gangguan pada perangkat pihak lain", "a fault in another party's equipment")
_LINE = Words("internet mal putus", "the mall's internet line is cut")
_NOTHING = Words("", "")


def incident_for(one: Incident, principal: Principal, mall: Mall | None = None) -> Incident | None:
    """Return an incident as this principal may see it, or not at all.

    An agency learns what is stopped of its own and since when, never whose device that was, where it stands, what hangs
    on it, who is at work on it or what they note; the root cause it learns where `mall` says that the device is its
    own. Without `mall` every root is taken for another party's.
    """
    if principal.sees_all:
        return one
    own = tuple(agency for agency in one.agencies if principal.sees(agency))
    if not own:
        return None
    one = replace(one, notes=(), joined=())
    facts = replace(one.facts, stopped=tuple(stop for stop in one.facts.stopped if principal.sees(stop.agency)))
    facts = replace(facts, children=(), below=())
    root = mall.devices.get(one.root) if mall is not None else None
    taken_by = NAMELESS if one.acknowledged_by is not None else None
    if root is not None and principal.sees(root.agency):
        return replace(one, facts=facts, agencies=own, acknowledged_by=taken_by)
    malls = root is not None and root.agency is None
    what = _LINE if facts.blind else _MALLS if malls else _OTHERS
    facts = replace(facts, device=NAMELESS, where="", what=what, first_step=_NOTHING, checked=0, suspected=False)
    facts = replace(facts, party=facts.party if facts.blind else "")
    return replace(one, root=MALL if malls else "", facts=facts, agencies=own, acknowledged_by=taken_by)
