"""The parts of an Excel workbook: a zip of XML, read a piece at a time, so that no file can fill the memory."""

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import NoReturn
from xml.parsers import expat

from mppmon.setup.inventory.sheet import Unreadable
from mppmon.setup.words import Translate

_UNPACKED = 100_000_000  # bytes of everything in the file
_SHARE = 200  # how many times smaller than its content a sane file is at most
_PARTS = 10_000
_PIECE = 65_536
_TOKEN = 1_000_000  # bytes of one tag or comment
_ENTRY = b"PK\x01\x02"  # begins each line of a zip's table

Start = Callable[[str, Mapping[str, str]], None]
"""Takes the name of an element that begins, and its attributes; both without the prefixes of their namespaces."""


class Enough(Exception):
    """Raised by who reads a part and needs no more of it."""


@dataclass
class Budget:
    """How many elements may still be read; Enough when it is used up. openpyxl has no such bound: hence this reader."""

    left: int

    def take(self) -> None:
        """Count one."""
        self.left -= 1
        if self.left < 0:
            raise Enough


class Package:
    """The zip and what its relationships name. Unreadable when it is no workbook, or unpacks to too much."""

    def __init__(self, raw: bytes, _: Translate) -> None:
        self._say = _
        if raw.count(_ENTRY) > _PARTS:
            self._refuse_size()
        try:
            self._zip = zipfile.ZipFile(BytesIO(raw))
            parts = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            self._refuse_damage()
        whole = sum(one.file_size for one in parts)  # what a zip names is what is read at most
        if whole > _UNPACKED or whole > max(1, len(raw)) * _SHARE + 5_000_000:
            self._refuse_size()
        names = {one.filename for one in parts}
        if "xl/workbook.bin" in names or "content.xml" in names:
            raise Unreadable(_("This is not an .xlsx file. Open it and choose Save as, Excel Workbook (.xlsx)."))
        if "[Content_Types].xml" not in names:
            raise Unreadable(_("This is no Excel file. Choose a workbook (.xlsx) or a CSV file."))

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return id -> (last word of its type, path) of what a part (empty: the package) is related to."""
        folder, name = posixpath.split(part)
        found: dict[str, tuple[str, str]] = {}
        budget = Budget(_PARTS)

        def start(tag: str, has: Mapping[str, str]) -> None:
            budget.take()
            if tag == "Relationship":
                target = posixpath.normpath(posixpath.join("/", folder, has.get("Target", "")))
                found[has.get("Id", "")] = has.get("Type", "").rpartition("/")[2], target.lstrip("/")

        self.read(posixpath.join(folder, "_rels", f"{name}.rels"), start)
        return found

    def read(
        self,
        part: str,
        start: Start,
        end: Callable[[str], None] = lambda _tag: None,
        text: Callable[[str], None] = lambda _text: None,
    ) -> bool:
        """Tell of everything in a part until its end (True) or until somebody raises Enough. Unreadable."""
        parser = expat.ParserCreate()
        parser.buffer_text, parser.buffer_size = True, _PIECE
        fed = 0  # bytes since the last event: expat keeps a tag until it is complete

        def begins(tag: str, has: dict[str, str]) -> None:
            nonlocal fed
            fed = 0
            start(tag.rpartition(":")[2], has)

        def said(words: str) -> None:
            nonlocal fed
            fed = 0
            text(words)

        parser.StartElementHandler = begins
        parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
        parser.CharacterDataHandler = said
        parser.StartDoctypeDeclHandler = lambda *_: self._refuse_damage()  # no workbook has one; entities grow by it
        try:
            info = self._zip.getinfo(part)
            if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                self._refuse_damage()  # what Excel does not write; LZMA takes the memory that the file asks for
            with self._zip.open(info) as packed:
                while piece := packed.read(_PIECE):
                    fed += len(piece)
                    if fed > _TOKEN:
                        self._refuse_damage()
                    parser.Parse(piece)
                parser.Parse(b"", True)  # noqa: FBT003  # expat takes it by position alone
        except Enough:
            return False
        except (expat.ExpatError, zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, RuntimeError,
                NotImplementedError, ValueError) as error:  # fmt: skip
            if isinstance(error, Unreadable):
                raise
            self._refuse_damage()
        return True

    def _refuse_damage(self) -> NoReturn:
        _ = self._say
        raise Unreadable(_("The file is damaged. Open it in Excel and save it anew.")) from None

    def _refuse_size(self) -> NoReturn:
        _ = self._say
        raise Unreadable(
            _("The file unpacks to far more than a list of devices needs. Copy the list into a new workbook.")
        ) from None
