"""CSV files as they come: their encoding, delimiter and header, and what is left of a damaged one."""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from crm.issues import Issue, LoadError, counted

DELIMITERS = ",;\t|"
#: A value that goes on over more lines than this is a quote that was never closed.
LONGEST_VALUE = 200
_CHUNK = 1 << 20
_OPEN = "a quote is opened and never closed"
_STRAY = "a quote stands inside a value without being doubled"
_LONG = f"a value is longer than {csv.field_size_limit():,} characters"


@dataclass(frozen=True)
class CsvFile:
    """A file that can be read as UTF-8: where it is, what it is called, how it is delimited, and its header.

    One that `is_numbered` has, before the columns of its header, a column with the row numbers of the original.
    """

    path: Path
    name: str
    delimiter: str
    header: tuple[str, ...]
    issues: tuple[Issue, ...] = ()
    is_numbered: bool = False


def inspect(path: Path, *, wanted: Sequence[str], scratch: Path) -> CsvFile:
    """Finds out how a file is written; one that is not UTF-8 is written anew into `scratch`.

    Raises LoadError for a file with nothing in it.
    """
    issues: list[Issue] = []
    readable = path
    if encoding := _encoding(path):
        readable = scratch / f"utf8-{path.name}"
        readable.write_text(path.read_bytes().decode(encoding, errors="replace"), encoding="utf-8", newline="")
        issues.append(_encoding_issue(path.name, encoding))
    headers = ((delimiter, _header(readable, delimiter=delimiter)) for delimiter in DELIMITERS)
    names = {plain(name) for name in wanted}
    delimiter, header = max(headers, key=lambda one: (len(names & {plain(n) for n in one[1]}), len(one[1])))
    if not any(header):
        raise LoadError(f"{path.name} is empty: it has not even a header row. Export it again.")
    return CsvFile(readable, path.name, delimiter, tuple(header), tuple(issues))


def plain(name: str) -> str:
    """A column name without what exports differ in: `CloseDate`, `Close Date` and `close_date` are one."""
    return re.sub(r"[\W_]+", "", name.casefold())


def repaired(file: CsvFile, *, scratch: Path) -> CsvFile:
    """The rows of a damaged file that can be kept, in a new file whose first column is their row number."""
    target = scratch / f"repaired-{file.name}"
    rejected: dict[str, list[tuple[int, str]]] = {}
    with (
        file.path.open(encoding="utf-8-sig", newline="") as lines,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for row, (fields, wrong) in enumerate(_records(lines, delimiter=file.delimiter, width=len(file.header)), 1):
            if isinstance(fields, list):
                writer.writerow(["_row" if row == 1 else row, *fields])
            else:
                rejected.setdefault(wrong, []).append((row, fields))
    issues = (_rejection_issue(file.name, wrong, rows) for wrong, rows in rejected.items())
    return CsvFile(target, file.name, ",", file.header, (*file.issues, *issues), is_numbered=True)


def _encoding(path: Path) -> str | None:
    """None for a file that is UTF-8 as it should be; else what its bytes look like most."""
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
            return None
        except UnicodeDecodeError:
            file.seek(0)
            return _likely_encoding(file.read())


def _likely_encoding(content: bytes) -> str:
    """Broken UTF-8 is still mostly UTF-8; GBK writes its characters as pairs of high bytes, Latin-1 as single ones."""
    high = _count_high(content)
    if _count_high(content.decode("utf-8", errors="ignore").encode()) >= 0.9 * high:
        return "utf-8"
    pairs = len(re.findall(rb"[\xa1-\xf7][\xa1-\xfe]", content))
    return "gb18030" if 2 * pairs >= 0.8 * high else "cp1252"


def _count_high(content: bytes) -> int:
    return len(re.findall(rb"[\x80-\xff]", content))


def _encoding_issue(name: str, encoding: str) -> Issue:
    known = {"utf-16": "UTF-16", "gb18030": "GBK", "cp1252": "Latin-1 (Windows-1252)"}
    if encoding == "utf-8":
        message = f"{name} has bytes that are not UTF-8; each was replaced by \ufffd. Export it again as UTF-8."
    else:
        message = (
            f"{name} is not UTF-8; it was read as {known[encoding]}. Look at a few names with special characters, "
            "and export it as UTF-8 if they are wrong."
        )
    return Issue(name, "encoding", None, 1, known.get(encoding, "broken UTF-8"), message)


def _header(path: Path, *, delimiter: str) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        try:
            return [name.strip() for name in next(csv.reader(lines, delimiter=delimiter), [])]
        except csv.Error:
            return []


def _records(lines: Iterable[str], *, delimiter: str, width: int) -> Iterator[tuple[list[str] | str, str]]:
    """Each record as its fields, or, where it cannot be kept, as its text and what is wrong with it."""
    following = iter(lines)
    ahead: deque[str] = deque()
    while line := ahead.popleft() if ahead else next(following, ""):
        if not line.strip():
            continue
        fields, wrong = _fields(line, delimiter=delimiter, width=width)
        if wrong == _OPEN:
            while len(ahead) < LONGEST_VALUE and (more := next(following, "")):
                ahead.append(more)
            fields, wrong = _continued(line, ahead, delimiter=delimiter, width=width)
        yield (line.rstrip("\r\n"), wrong) if fields is None else (fields, "")


def _continued(line: str, ahead: deque[str], *, delimiter: str, width: int) -> tuple[list[str] | None, str]:
    """The record that begins in `line` and ends in one of the lines ahead, which it then takes."""
    record = line
    for taken, more in enumerate(ahead, 1):
        record += more
        fields, wrong = _fields(record, delimiter=delimiter, width=width)
        if fields is not None:
            for _ in range(taken):
                ahead.popleft()
            return fields, ""
        if wrong != _OPEN:
            break
    return None, _OPEN


def _fields(record: str, *, delimiter: str, width: int) -> tuple[list[str] | None, str]:
    """The fields of a record, as many as the header has; or None and what is wrong."""
    try:
        fields = next(csv.reader([record], delimiter=delimiter, strict=True))
    except csv.Error as error:
        told = {"unexpected end": _OPEN, "field larger": _LONG}
        return None, next((wrong for words, wrong in told.items() if words in str(error)), _STRAY)
    if len(fields) < width or any(fields[width:]):
        return None, f"{counted(len(fields), 'value')} where the header has {width}"
    return fields[:width], ""


def _rejection_issue(name: str, wrong: str, rows: list[tuple[int, str]]) -> Issue:
    row, text = rows[0]
    example = f"row {row}: {text[:120]}"
    message = (
        f"{counted(len(rows), 'row')} of {name} could not be read and {'was' if len(rows) == 1 else 'were'} left out: "
        f"{wrong} ({example}). Correct the row or export the file again."
    )
    return Issue(name, "row_rejected", None, len(rows), example, message)
