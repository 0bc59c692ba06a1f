"""What a message of the mall says of itself by its first sign. The demo's mall speaks Indonesian."""

_CALLS = ("🔴", "🟡", "⚪")
_TAKEN = "Sedang ditangani"
"""How the message to the others begins when somebody took an incident: no call to act."""


def calls(text: str) -> bool:
    """Return whether a message asks somebody to act."""
    return text.startswith(_CALLS) and _TAKEN not in text


def resolves(text: str) -> bool:
    """Return whether a message says that something is over."""
    return text.startswith("✅")
