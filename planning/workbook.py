"""Workbooks that people send: read cell by cell, with limits; what is wrong is said with the place it stands at.

Nothing in them is computed or run: a formula is refused where a value is meant.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError

from planning.errors import LedgerError

#: The largest file, what may come out of it, and the most rows and columns that are read.
MOST_BYTES, MOST_UNPACKED, MOST_ROWS, MOST_COLUMNS = 2 * 2**20, 40 * 2**20, 20_000, 100
_MOST_DIGITS = 12
_AMOUNT = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d*)?", re.ASCII)
_NOT_XLSX = (zipfile.BadZipFile, ParseError, KeyError, ValueError, OSError, EOFError)


class BadSheet(LedgerError):
    """A sheet that cannot be taken; `reason` and `values` say why and where, for words in any language."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(REASONS[reason].format(**values))
        self.reason, self.values = reason, values


#: Why sheets are refused; pages say the same from their own words (`sheet_refused.*`).
REASONS = {
    "empty_file": "The file is empty. Choose the workbook that was downloaded here.",
    "not_xlsx": "The file is no XLSX workbook. Save it as .xlsx, and not as .xls or .csv.",
    "too_large": "The file is larger than {most}. Leave only the downloaded sheet in it.",
    "too_many_rows": "The sheet has more than {most} rows. Leave only those that were downloaded.",
    "no_heads": "The line of column names that begins with “key” is missing. Download the sheet anew.",
    "no_mark": "The line that says which plan the sheet is of is missing. Download the sheet anew.",
    "other_plan": "The sheet is of another plan. Open that plan, or download this one.",
    "other_level": "The sheet is of another level or part of the plan. Look at the same one, or download this one.",
    "missing_column": "The column “{column}” is missing. Put it back, or download the sheet anew.",
    "unknown_column": "The column “{column}” in {cell} is none of this plan. Take it out.",
    "twice_column": "The column “{column}” is there twice, again in {cell}. Take one out.",
    "no_rows": "There are no rows of members in the sheet.",
    "no_key": "Row {row} has amounts but no key. Put the key back, or empty the row.",
    "unknown_member": "Row {row}: there is nobody with the key “{key}” in this part of the plan.",
    "twice_member": "Row {row}: “{key}” is there already, in row {first}. Take one out.",
    "formula": "{cell} holds a formula. Put its value there.",
    "not_a_number": "{cell}: “{text}” is no amount. Type digits, such as 1250000.",
    "negative": "{cell}: {text} is below zero, which a target cannot be.",
    "too_much": "{cell}: {text} is more than a target can be. Check the number of digits.",
    "no_cell": "{cell}: “{key}” has no targets in that month, so that none can be set.",
    "total_typed": "{cell}: a total was typed, but the months are as they were. Change the months.",
}


Line = tuple[int, Sequence[Any]]


def lines_of(content: bytes) -> Iterator[Line]:
    """The rows of the first sheet with their numbers, from 1; raises BadSheet for what is no workbook, or too much."""
    from openpyxl import load_workbook  # only here: it is large, and few send a workbook
    from openpyxl.utils.exceptions import InvalidFileException

    _check_file(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_col=MOST_COLUMNS)
        found = list(islice(enumerate(rows, 1), MOST_ROWS + 1))
    except (InvalidFileException, *_NOT_XLSX) as wrong:
        raise BadSheet("not_xlsx") from wrong
    except IndexError as nothing:
        raise BadSheet("no_heads") from nothing
    if len(found) > MOST_ROWS:
        raise BadSheet("too_many_rows", most=f"{MOST_ROWS:,}")
    return iter(found)


def _check_file(content: bytes) -> None:
    """Refuses what is no zip file, and one that would not fit once it is unpacked."""
    if not content:
        raise BadSheet("empty_file")
    if len(content) > MOST_BYTES:
        raise BadSheet("too_large", most=f"{MOST_BYTES >> 20} MB")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except _NOT_XLSX as wrong:
        raise BadSheet("not_xlsx") from wrong
    # A part that says less than it holds is cut there, and then not whole.
    if unpacked > MOST_UNPACKED:
        raise BadSheet("too_large", most=f"{MOST_UNPACKED >> 20} MB")


def amount_of(cell: Any, where: str) -> Decimal | None:
    """An amount with four decimals at most; None for an empty cell."""
    value = cell.value
    if cell.data_type == "f" or (isinstance(value, str) and value.lstrip().startswith("=")):
        raise BadSheet("formula", cell=where)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    text = repr(value) if isinstance(value, float) else re.sub(r"\s", "", str(value)).replace("\N{MINUS SIGN}", "-")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    is_text = isinstance(value, str) and cell.data_type != "e" and _AMOUNT.fullmatch(text) is not None
    amount = Decimal(text.replace(",", "")) if is_number or is_text else Decimal("NaN")
    if not amount.is_finite():
        raise BadSheet("not_a_number", cell=where, text=str(value)[:40])
    if amount < 0:
        raise BadSheet("negative", cell=where, text=text[:40])
    if amount.adjusted() >= _MOST_DIGITS:
        raise BadSheet("too_much", cell=where, text=text[:40])
    return amount.quantize(Decimal(1).scaleb(-4))


def key_of(cell: Any, row: int) -> str:
    """A member's key; a spreadsheet may have made a number of one."""
    value = None if cell is None else cell.value
    if cell is not None and cell.data_type == "f":
        raise BadSheet("formula", cell=cell_name(row, cell.column - 1))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def text_of(cell: Any) -> str:
    """The text of a cell, without white space around it; nothing for what is no text."""
    return cell.value.strip() if isinstance(cell.value, str) else ""


def cell_name(row: int, at: int) -> str:
    """ "C12" for the third column of row 12."""
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"
