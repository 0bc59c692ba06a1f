"""A mall's own profiles: `profiles/*.yaml` in the configuration directory, laid over ours of the same name."""

from collectors.snmp.library import load
from collectors.snmp.located import ProfileError
from mppmon.config.draft import Draft
from mppmon.config.problem import Problem

FOLDER = "profiles"


def check_profiles(draft: Draft) -> None:
    """Read the mall's own profiles, if it has any; the checks that follow know them."""
    folder = draft.directory / FOLDER
    try:
        if folder.is_dir():
            draft.profiles = load(folder)
    except ProfileError as error:
        for fault in error.faults:
            at = (fault.line, 1) if fault.line else (0, 0)
            draft.problems.append(Problem(fault.file, *at, fault.key, fault.found, fault.expected))
    except OSError as error:
        found = error.strerror or "what cannot be read"
        draft.problems.append(Problem(FOLDER, 0, 0, "", found, "a directory with profiles"))
