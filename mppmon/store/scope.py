"""Who may read and write what, said once. Deny by default: a role that is not named here gets nothing."""

from dataclasses import replace

from sqlalchemy import ColumnElement, false, true

from alerts.model import Incident
from mppmon.mall.principal import Principal, Role

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


def incident_for(one: Incident, principal: Principal) -> Incident | None:
    """Return an incident as this principal may see it: without what other agencies and the mall own, or not at all."""
    if principal.sees_all:
        return one
    own = tuple(agency for agency in one.agencies if principal.sees(agency))
    if not own:
        return None
    stopped = tuple(stop for stop in one.facts.stopped if principal.sees(stop.agency))
    return replace(one, facts=replace(one.facts, stopped=stopped, children=()), agencies=own)
