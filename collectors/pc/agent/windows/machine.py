"""What names a Windows PC, and what it calls itself. Pure."""

from . import Registry
from .support import KEY

_CRYPTOGRAPHY = r"SOFTWARE\Microsoft\Cryptography"
_ELEVEN = 22_000  # its first build; ProductName says Windows 10 in both


def guid(registry: Registry) -> bytes:
    """Return MachineGuid, made at setup (and copied by a clone that was not generalised); empty without one."""
    try:
        value = registry.values(_CRYPTOGRAPHY).get("MachineGuid", "")
    except OSError:
        return b""
    return value.strip().lower().encode("utf-8")[:64] if isinstance(value, str) else b""


def release(registry: Registry) -> str:
    """Return such as `Windows 11 Pro 24H2 (26100.2314)`; empty when it cannot be read."""
    try:
        system = registry.values(KEY)
    except OSError:
        return ""
    build, revision = str(system.get("CurrentBuildNumber", "")), system.get("UBR")
    name = str(system.get("ProductName", "Windows"))
    if build.isascii() and build.isdigit() and int(build) >= _ELEVEN:
        name = name.replace("Windows 10", "Windows 11")
    full = f"{build}.{revision}" if isinstance(revision, int) else build
    words = (name, str(system.get("DisplayVersion", "")), f"({full})" if full else "")
    return " ".join(word for word in words if word)
