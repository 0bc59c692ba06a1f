"""Reads HKEY_LOCAL_MACHINE through the standard library's `winreg`. Not yet run on Windows."""

import sys
from collections.abc import Mapping, Sequence

from . import Value

if sys.platform == "win32":
    import winreg
    from itertools import count

    _ACCESS = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
    _MOST = 4096  # entries of a key

    class LocalMachine:
        """The `Registry` of this PC."""

        def values(self, key: str) -> Mapping[str, Value]:
            """Return the texts and numbers of a key. OSError when it is not there or not ours to read."""
            found: dict[str, Value] = {}
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key, 0, _ACCESS) as opened:
                for index in range(min(winreg.QueryInfoKey(opened)[1], _MOST)):
                    name, value, _ = winreg.EnumValue(opened, index)
                    if isinstance(value, str | int | list):
                        found[name] = value
            return found

        def keys(self, key: str) -> Sequence[str]:
            """Return the names of the keys below one. OSError likewise."""
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key, 0, _ACCESS) as opened:
                found: list[str] = []
                for index in count():
                    if index >= _MOST:
                        break
                    try:
                        found.append(winreg.EnumKey(opened, index))
                    except OSError:
                        break  # ERROR_NO_MORE_ITEMS
                return found
