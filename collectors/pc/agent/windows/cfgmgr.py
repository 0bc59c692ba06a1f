"""Asks the Configuration Manager which USB nodes are present, through ctypes. Not yet run on Windows.

Microsoft: CM_Get_Device_ID_ListW (with CM_GETIDLIST_FILTER_PRESENT, Windows 7 and later), CM_Locate_DevNodeW,
CM_Get_DevNode_Registry_PropertyW; constants of cfgmgr32.h. No program is started: a millisecond or so, so that an
unplugged device is gone at the next scrape.
"""

import sys
from collections.abc import Iterator

from . import PluggedIn

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _SUCCESS, _BUFFER_SMALL = 0, 26  # CR_SUCCESS, CR_BUFFER_SMALL
    _ENUMERATOR, _PRESENT = 0x00000001, 0x00000100  # CM_GETIDLIST_FILTER_*
    _DESCRIPTION, _COMPATIBLE, _FRIENDLY, _LOCATION = 0x01, 0x03, 0x0D, 0x0E  # CM_DRP_*
    _LONGEST = 4096  # bytes of a property
    _MOST = 1_048_576  # characters of the list
    _TRIES = 3  # something may be plugged in between asking how long the list is and reading it
    _LIBRARY = ctypes.WinDLL("cfgmgr32")

    def present() -> list[PluggedIn]:
        """Return the USB nodes that are present. OSError when the Configuration Manager fails."""
        return [node for instance in _instances() if (node := _node(instance)) is not None]

    def _instances() -> Iterator[str]:
        flags = wintypes.ULONG(_ENUMERATOR | _PRESENT)
        status = _BUFFER_SMALL
        for _ in range(_TRIES):
            length = wintypes.ULONG()
            status = _LIBRARY.CM_Get_Device_ID_List_SizeW(ctypes.byref(length), ctypes.c_wchar_p("USB"), flags)
            if status == _SUCCESS and length.value <= _MOST:
                text = ctypes.create_unicode_buffer(max(length.value, 1))
                status = _LIBRARY.CM_Get_Device_ID_ListW(ctypes.c_wchar_p("USB"), text, length, flags)
                if status == _SUCCESS:
                    return (one for one in "".join(text[: length.value]).split("\0") if one)
            if status != _BUFFER_SMALL:
                break
        raise OSError(f"the Configuration Manager answers {status:#x}")

    def _node(instance: str) -> PluggedIn | None:
        node = wintypes.DWORD()
        located = _LIBRARY.CM_Locate_DevNodeW(ctypes.byref(node), ctypes.c_wchar_p(instance), wintypes.ULONG(0))
        if located != _SUCCESS:
            return None  # unplugged meanwhile
        name = _texts(node, _FRIENDLY) or _texts(node, _DESCRIPTION)
        place = _texts(node, _LOCATION)
        compatible = tuple(_texts(node, _COMPATIBLE))
        return PluggedIn(instance, name[0] if name else "", compatible, place[0] if place else "")

    def _texts(node: wintypes.DWORD, what: int) -> list[str]:
        """Return a text, or a list of them, as Windows ends each with a zero; none when the node has no such."""
        length = wintypes.ULONG(_LONGEST)
        text = ctypes.create_unicode_buffer(_LONGEST // 2)
        status = _LIBRARY.CM_Get_DevNode_Registry_PropertyW(
            node, wintypes.ULONG(what), None, text, ctypes.byref(length), wintypes.ULONG(0)
        )
        if status != _SUCCESS:
            return []
        return [one for one in "".join(text[: min(length.value, _LONGEST) // 2]).split("\0") if one]
