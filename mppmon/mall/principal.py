"""Who asks. Every query and every command carries one; what it does not allow is denied."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do."""

    SYSTEM = "system"  # the daemon itself
    ADMINISTRATOR = "administrator"  # everything
    COORDINATOR = "coordinator"  # reads all agencies, changes nothing technical
    TECHNICIAN = "technician"  # reads all, acts on incidents
    AGENCY = "agency"  # reads its own agencies


class Refused(PermissionError):
    """The principal may not do this. The text names the role and the deed, never the data."""


@dataclass(frozen=True, slots=True)
class Principal:
    """`name` is for the audit; `person` the config id when known; `agencies` bounds an AGENCY role."""

    role: Role
    name: str
    person: str | None = None
    agencies: frozenset[str] = frozenset()

    @property
    def sees_all(self) -> bool:
        """Whether no agency filter applies."""
        return self.role is not Role.AGENCY

    def sees(self, agency: str | None) -> bool:
        """Whether rows of this agency are visible; rows of no agency (the mall's own gear) are not an agency's to
        read.
        """
        return self.sees_all or (agency is not None and agency in self.agencies)

    def may_act(self) -> bool:
        """Whether it may acknowledge, escalate, note."""
        return self.role in {Role.SYSTEM, Role.ADMINISTRATOR, Role.TECHNICIAN}

    def require(self, allowed: bool, deed: str) -> None:  # noqa: FBT001  # reads as a sentence at the call
        """Raise Refused unless allowed."""
        if not allowed:
            raise Refused(f"role {self.role.value} may not {deed}")


MALL = "mall"
"""What an agency reads as the cause, instead of the mall's own device; of another agency's it reads nothing."""

SYSTEM = Principal(Role.SYSTEM, "mppmon")
