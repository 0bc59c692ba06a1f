"""A mall's own profiles: `profiles/*.yaml` in the configuration directory, laid over ours of the same name."""

import os

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
        elif os.path.lexists(folder):
            draft.problems.append(Problem(FOLDER, 0, 0, "", "what is no directory", "a directory with profiles"))
    except ProfileError as error:
        draft.profiles_unread = True
        for fault in error.faults:
            at = (fault.line, 1) if fault.line else (0, 0)
            draft.problems.append(Problem(fault.file, *at, fault.key, fault.found, fault.expected))
    except OSError as error:
        draft.profiles_unread = True
        found = error.strerror or "what cannot be read"
        draft.problems.append(Problem(FOLDER, 0, 0, "", found, "a directory with profiles"))
