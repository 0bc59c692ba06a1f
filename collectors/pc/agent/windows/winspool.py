"""Asks the spooler for its printers and their jobs, through ctypes. Not yet run on Windows.

Microsoft: EnumPrintersW with PRINTER_INFO_2W, OpenPrinterW, EnumJobsW with JOB_INFO_1W, whose time is UTC; constants of
winspool.h. Printers that a user has connected to for himself are his, and not seen by a service.
"""

import sys
from collections.abc import Callable

from . import Job, Printer

if sys.platform == "win32":
    import calendar
    import ctypes
    from ctypes import wintypes

    _LOCAL = 0x00000002  # PRINTER_ENUM_LOCAL: installed on this PC, network printers among them
    _TOO_SHORT = 122  # ERROR_INSUFFICIENT_BUFFER
    _NO_SPOOLER = frozenset(
        {1722, 1753, 1062}
    )  # RPC_S_SERVER_UNAVAILABLE, EPT_S_NOT_REGISTERED, ERROR_SERVICE_NOT_ACTIVE
    _MOST_JOBS = 500
    _MOST = 4_194_304  # bytes of an answer
    _TRIES = 3
    _LIBRARY = ctypes.WinDLL("winspool.drv", use_last_error=True)
    _TEXT = wintypes.LPWSTR

    class _SystemTime(ctypes.Structure):
        _fields_ = tuple(
            (name, wintypes.WORD)
            for name in ("year", "month", "weekday", "day", "hour", "minute", "second", "milliseconds")
        )

    class _Printer2(ctypes.Structure):
        _fields_ = (
            *((name, _TEXT) for name in ("server", "printer", "share", "port", "driver", "comment", "location")),
            ("devmode", wintypes.LPVOID),
            *((name, _TEXT) for name in ("separator", "processor", "datatype", "parameters")),
            ("security", wintypes.LPVOID),
            *(
                (name, wintypes.DWORD)
                for name in ("attributes", "priority", "default", "start", "until", "status", "jobs", "ppm")
            ),
        )

    class _Job1(ctypes.Structure):
        _fields_ = (
            ("id", wintypes.DWORD),
            *((name, _TEXT) for name in ("printer", "machine", "user", "document", "datatype", "words")),
            *((name, wintypes.DWORD) for name in ("status", "priority", "position", "total", "printed")),
            ("submitted", _SystemTime),
        )

    def printers() -> list[Printer] | None:
        """Return the printers with their jobs, None while the spooler does not run. OSError when it says no."""

        def ask(buffer: object, size: int, needed: object, returned: object) -> int:
            known: int = _LIBRARY.EnumPrintersW(
                wintypes.DWORD(_LOCAL), None, wintypes.DWORD(2), buffer, wintypes.DWORD(size), needed, returned
            )
            return known

        try:
            buffer, count = _asked(ask)
            found = []
            for one in (_Printer2 * count).from_buffer(buffer):
                jobs = _jobs(one.printer) if one.jobs else ()
                found.append(Printer(one.printer or "", one.port or "", one.status, one.attributes, jobs))
        except OSError as error:
            if error.winerror in _NO_SPOOLER:
                return None
            raise
        return found

    def _jobs(printer: str) -> tuple[Job, ...]:
        handle = wintypes.HANDLE()
        if not _LIBRARY.OpenPrinterW(ctypes.c_wchar_p(printer), ctypes.byref(handle), None):
            raise ctypes.WinError(ctypes.get_last_error())

        def ask(buffer: object, size: int, needed: object, returned: object) -> int:
            known: int = _LIBRARY.EnumJobsW(
                handle,
                wintypes.DWORD(0),
                wintypes.DWORD(_MOST_JOBS),
                wintypes.DWORD(1),
                buffer,
                wintypes.DWORD(size),
                needed,
                returned,
            )
            return known

        try:
            buffer, count = _asked(ask)
            return tuple(Job(one.status, _unix(one.submitted)) for one in (_Job1 * count).from_buffer(buffer))
        finally:
            _LIBRARY.ClosePrinter(handle)

    def _asked(ask: Callable[[object, int, object, object], int]) -> tuple[ctypes.Array[ctypes.c_char], int]:
        """Return the filled buffer and how many structures are at its begin. Windows says how long it has to be."""
        needed, returned = wintypes.DWORD(0), wintypes.DWORD(0)
        buffer = ctypes.create_string_buffer(1)
        for _ in range(_TRIES):
            if ask(buffer, len(buffer), ctypes.byref(needed), ctypes.byref(returned)):
                return buffer, returned.value
            error = ctypes.get_last_error()
            if error != _TOO_SHORT or needed.value > _MOST:
                raise ctypes.WinError(error)
            buffer = ctypes.create_string_buffer(needed.value)
        raise ctypes.WinError(_TOO_SHORT)

    def _unix(time: _SystemTime) -> float:
        return float(calendar.timegm((time.year, time.month, time.day, time.hour, time.minute, time.second)))
