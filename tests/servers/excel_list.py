"""An inventory list in Excel as a mall keeps it: titles above, its own columns, 53 good rows and 7 faulty ones."""

from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook

HEAD = (
    "No",
    "Kode Barang",
    "NUP",
    "Nama Barang",
    "Jenis",
    "Merk/Type",
    "No. Seri",
    "Ruang",
    "Loket",
    "Alamat IP",
    "Terhubung ke",
    "Keterangan",
)
TITLES = ("DAFTAR BARANG INVENTARIS PERALATAN TI", "MAL PELAYANAN PUBLIK KOTA HARAPAN", "Keadaan per 1 November 2026")
COUNTERS = ("A1", "A2", "A3", "A4", "A5", "A6", "B1", "B2", "B3", "C1", "C2", "C3", "D1", "D2")
FLOORS = {"A": 1, "B": 1, "C": 2, "D": 2}
NETWORK = "127.60"
"""Every address is on loopback, where the test simulates the mall."""


@dataclass(frozen=True)
class Row:
    """One row. `wrong`: the header of the cell that cannot be right."""

    code: str
    name: str
    kind: str
    brand: str
    serial: str
    room: str
    counter: str = ""
    address: str = ""
    parent: str = ""
    wrong: str = ""


def good() -> list[Row]:
    """Return 53 rows: network, a PC per counter, printers, what hangs on the PCs, the hall."""
    hall, room = "Lobi", "Ruang server"
    rows = [
        Row("3.10.02.04.001", "Router utama", "Router", "MikroTik RB4011", "HC4011A", room, "", f"{NETWORK}.0.1"),
        Row("3.10.02.04.002", "Switch inti", "Switch", "Cisco CBS350", "FOC350A", room, "", f"{NETWORK}.0.2"),
        Row("3.10.02.05.001", "UPS ruang server", "UPS", "APC SMT1500", "AS1500A", room),
        Row(
            "3.10.01.01.003",
            "Server antrean",
            "Server",
            "Dell T150",
            "DT150A",
            room,
            "",
            f"{NETWORK}.0.4",
            "Switch inti",
        ),
    ]
    rows += [
        Row("3.10.02.04.002", f"Switch lantai {floor}", "Switch", "Cisco CBS250", f"FOC250{floor}", f"Lantai {floor}",
            "", f"{NETWORK}.{floor}.1", "Switch inti")
        for floor in (1, 2)
    ]  # fmt: skip
    for number, name in enumerate(COUNTERS, start=11):
        floor = FLOORS[name[0]]
        place, switch = f"Lantai {floor}", f"Switch lantai {floor}"
        rows.append(
            Row("3.10.01.02.001", f"PC loket {name}", "PC Unit", "HP ProDesk 400", f"8CG0{number}", place,
                f"Loket {name}", f"{NETWORK}.{floor}.{number}", switch)
        )  # fmt: skip
        rows.append(
            Row("3.10.02.03.003", f"Printer loket {name}", "Printer", "HP LaserJet M404", f"PHB0{number}", place,
                f"Loket {name}", f"{NETWORK}.{floor}.{number + 100}", switch)
        )  # fmt: skip
        if name[0] in "AB":
            rows.append(
                Row("3.10.02.99.004", f"Sidik jari {name}", "Pembaca sidik jari", "Suprema BM", f"SP0{number}", place,
                    f"Loket {name}")
            )  # fmt: skip
    rows += [
        Row("3.10.02.03.009", f"Printer kartu {name}", "Printer kartu", "Fargo HDP5000", f"F50{name}", "Lantai 1",
            f"Loket {name}")
        for name in ("A1", "A2", "A3", "A4")
    ]  # fmt: skip
    first, second = "Switch lantai 1", "Switch lantai 2"
    return [
        *rows,
        Row("3.10.01.02.009", "Kios antrean", "Kios", "Advan K1", "AK1", hall, "", f"{NETWORK}.1.51", first),
        Row("3.05.01.05.048", "Layar antrean", "Layar", "LG 43UR", "LG43A", hall, "", f"{NETWORK}.1.52", first),
        Row("3.06.01.02.128", "Kamera lobi", "CCTV", "Hikvision", "HK1", hall, "", f"{NETWORK}.1.53", first),
        Row("3.10.02.04.024", "Wi-Fi lobi", "Access point", "Ubiquiti U6", "UB6A", hall, "", f"{NETWORK}.1.2", first),
        Row("3.06.01.02.128", "Kamera lantai 2", "CCTV", "Hikvision", "HK2", "Lantai 2", "", f"{NETWORK}.2.53", second),
        Row("3.05.01.05.048", "Layar lantai 2", "Layar", "LG 43UR", "LG43B", "Lantai 2", "", f"{NETWORK}.2.52", second),
    ]  # fmt: skip


def faulty() -> list[Row]:
    """Return 7 rows, each with one cell that cannot be right."""
    pc, floor = "3.10.01.02.001", "Lantai 1"
    return [
        Row("3.05.02.06.001", "Dispenser air", "Dispenser", "Miyako", "MY1", floor, wrong="Jenis"),
        Row(pc, "PC cadangan 1", "PC Unit", "HP", "X1", floor, "", f"{NETWORK}.1.300", wrong="Alamat IP"),
        Row(pc, "PC loket Z9", "PC Unit", "HP", "X2", floor, "Loket Z9", f"{NETWORK}.1.91", wrong="Loket"),
        Row(pc, "PC cadangan 2", "PC Unit", "HP", "X3", floor, "", f"{NETWORK}.1.11", wrong="Alamat IP"),
        Row(pc, "PC cadangan 3", "PC Unit", "HP", "8CG011", floor, "", f"{NETWORK}.1.93", wrong="No. Seri"),
        Row(pc, "PC cadangan 4", "PC Unit", "HP", "X5", floor, wrong="Alamat IP"),
        Row(pc, "PC cadangan 5", "PC Unit", "HP", "X6", floor, "", f"{NETWORK}.1.94", "Switch 9", wrong="Terhubung ke"),
    ]  # fmt: skip


def write(path: Path) -> dict[int, str]:
    """Write the list, faulty rows among the good ones. Return Excel row -> header of the cell that is wrong."""
    rows = good()
    for position, row in enumerate(faulty(), start=1):
        rows.insert(position * 8, row)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Inventaris"
    for title in TITLES:
        sheet.append([title])
    sheet.append([])
    sheet.append(HEAD)
    sheet.merge_cells("A1:L1")
    wrong: dict[int, str] = {}
    for number, row in enumerate(rows, start=1):
        cells = (row.name, row.kind, row.brand, row.serial, row.room, row.counter, row.address, row.parent)
        sheet.append([number, row.code, number, *cells, "baik"])
        if row.wrong:
            wrong[sheet.max_row] = row.wrong
    book.save(path)
    return wrong
