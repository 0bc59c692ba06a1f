"""What a column of an inventory list may be about, and the names that people give such columns."""

from difflib import get_close_matches
from enum import StrEnum
from typing import NamedTuple

from mppmon.setup.words import folded


class Field(StrEnum):
    """What we take from a list. `asset` and `nup` together tell one thing from another of the same asset code."""

    ASSET = "asset"
    NUP = "nup"
    NAME = "name"
    KIND = "kind"
    BRAND = "brand"
    MODEL = "model"
    SERIAL = "serial"
    ROOM = "room"
    AGENCY = "agency"
    COUNTER = "counter"
    ROLE = "role"
    ADDRESS = "address"
    PARENT = "parent"
    POWER = "power"


IGNORE = "-"
"""Said instead of a field for a column that is left out."""

_NAMES: dict[Field, str] = {
    Field.ASSET: "kode barang|kode aset|kode asset|kode inventaris|no inventaris|nomor inventaris|nomor aset|kode bmn"
    "|kode bmd|id barang|id aset|asset|asset code|asset id|asset tag|asset number|inventory number",
    Field.NUP: "nup|no urut pendaftaran|nomor urut pendaftaran|register|no register|nomor register|noreg|no reg",
    Field.NAME: "nama barang|nama|nama aset|nama perangkat|nama alat|uraian|uraian barang|nama jenis barang|name"
    "|device name|device|description|perangkat",
    Field.KIND: "jenis|jenis barang|jenis perangkat|jenis alat|kategori|kind|category|device type|tipe perangkat"
    "|kelompok",
    Field.BRAND: "merk|merek|merk type|merk tipe|merek tipe|merk dan tipe|merek dan tipe|merk type barang|brand"
    "|manufacturer|vendor|pabrikan|merk model|make",
    Field.MODEL: "model|seri model|nama model|model number|tipe|type|tipe model",
    Field.SERIAL: "no seri|nomor seri|nomer seri|serial|serial number|serial no|sn|s n|no serial|nomor serial|no pabrik"
    "|nomor pabrik|no seri pabrik|no sn",
    Field.ROOM: "ruang|ruangan|nama ruang|nama ruangan|lokasi|tempat|room|location|place|lantai|posisi|letak",
    Field.AGENCY: "instansi|agency|kode instansi|nama instansi|opd|skpd|tenant|gerai|pengguna|pemilik",
    Field.COUNTER: "loket|no loket|nomor loket|kode loket|nama loket|counter|konter|meja layanan|desk",
    Field.ROLE: "peran|fungsi|role|kegunaan|peruntukan|function",
    Field.ADDRESS: "ip|alamat ip|ip address|no ip|nomor ip|ipv4|alamat jaringan|address|ip addr|ip static|ip statis"
    "|hostname|host|url|alamat ip url",
    Field.PARENT: "terhubung ke|tersambung ke|induk|parent|parents|uplink|switch|sambungan|connected to|koneksi ke"
    "|melalui|via",
    Field.POWER: "catu daya|sumber listrik|sumber daya|sumber daya listrik|daya dari|listrik dari|power|power from"
    "|power source|powered by|fed by|ups|mcb|panel listrik",
}  # fmt: skip
SYNONYMS: dict[str, Field] = {word: field for field, words in _NAMES.items() for word in words.split("|")}

_CLOSE = 0.84
_UNSURE = {
    "alamat": Field.ADDRESS,
    "no": None,
    "nomor": None,
    "kode": Field.ASSET,
    "id": Field.ASSET,
    "barang": Field.NAME,
}


class Guess(NamedTuple):
    """What a column's header seems to mean. `sure`: it is a name that we know; else somebody should say."""

    field: Field | None
    sure: bool


def guess(header: str) -> Guess:
    """Return what a header means, by the names we know and those that look like them."""
    word = folded(header)
    if not word:
        return Guess(None, sure=True)
    if word in SYNONYMS:
        return Guess(SYNONYMS[word], sure=True)
    if word in _UNSURE:
        field = _UNSURE[word]
        return Guess(field, sure=field is None)
    match = get_close_matches(word, SYNONYMS, n=1, cutoff=_CLOSE)
    if match:
        return Guess(SYNONYMS[match[0]], sure=False)
    return Guess(None, sure=True)
