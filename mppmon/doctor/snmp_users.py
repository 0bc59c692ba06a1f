"""What to do about a device that does not answer by SNMPv3: which key to correct, or what at the device. Pure.

No passphrase is known here; user names are no secrets.
"""

from collections.abc import Mapping

from collectors.observation import Outcome
from collectors.settings import SnmpSettings

_PROCESS = "the SNMPv3 process"
_CURES: Mapping[str, str] = {
    "unknown user name": "create the user {user} at the device, or correct snmp: user",
    "wrong digest": "write the passphrase that the device has for {user} into {auth}, or correct snmp: auth_protocol",
    "decryption error": "write what the device has for {user} into {priv}, or correct snmp: priv_protocol",
    "the device answers, but not this request": "write what the device has for {user} into {priv}, or correct snmp: "
    "priv_protocol (and context, if you gave one)",
    "unsupported security level": "let {user} ask at this level at the device, or give auth_protocol and priv_protocol "
    "as it wants them",
    "not in time window": "start the device's SNMP agent anew: its boots and its time contradict each other",
    "unknown engine ID": "start the device's SNMP agent anew; one that was copied needs an engine ID of its own",
    "unavailable context": "correct snmp: context, or leave it out",
    "unknown context": "correct snmp: context, or leave it out",
}
"""By how `collectors.snmp.v3.reports` begins what a device refuses."""


def cure(device: str, address: str, settings: SnmpSettings, outcome: Outcome, detail: str) -> str:
    """Return one sentence, or command. `address`: host and port; `detail`: what was said of the failure."""
    if outcome is Outcome.LOCAL and detail.startswith(_PROCESS):
        return "`python -P -m collectors.snmp.child </dev/null` has to end by itself: if it fails, install mppmon anew"
    if outcome is Outcome.LOCAL:
        return f"correct devices.{device}, or the file it names (docs/config.md)"
    files = {"auth": settings.auth_file or "auth_file", "priv": settings.priv_file or "priv_file"}
    for begins, text in _CURES.items():
        if detail.startswith(begins):
            return f"{device}: {text.format(user=settings.user, **files)}"
    return f"{device}: is it on, SNMPv3 switched on there, and UDP to {address} let through? try: mppmon poll {device}"
