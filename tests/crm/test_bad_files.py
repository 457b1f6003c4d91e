"""Files as they come: each mishap gets a sentence with file, column and row, and costs only what it must."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from crm import snapshots
from crm.issues import Issue, LoadError
from crm.load import load
from settings import Settings
from tests.crm.conftest import Rows

HEADER = "Deal No;Customer;Owner;Phase;State;Value;Opened;Closes\n"
GOOD = "D-1;Acme;7;Offer;Open;100,50;13/02/2026;30/04/2026\n"


@pytest.fixture
def load_deals(guide: Path, settings: Settings) -> Callable[[str | bytes], list[Issue]]:
    """Loads the guide's CRM with another deals.csv and returns the issues found."""

    def run(deals: str | bytes) -> list[Issue]:
        content = deals.encode() if isinstance(deals, str) else deals
        (guide / "export" / "deals.csv").write_bytes(content)
        return list(load(str(guide / "mycrm"), guide / "export", settings=settings).issues)

    return run


def test_letter_in_a_number(load_deals, rows: Callable[[str], Rows]) -> None:
    issues = load_deals(HEADER + GOOD + "D-2;Acme;7;Offer;Open;1x0;13/02/2026;30/04/2026\n")
    assert issues[0] == Issue(
        "deals.csv",
        "not_a_number",
        "Value",
        1,
        "row 3: 1x0",
        "1 value in column Value of deals.csv is not a number (row 3: 1x0); left empty. Correct the source.",
    )
    assert rows("SELECT opportunity_id, amount FROM opportunities ORDER BY 1") == [
        ("D-1", Decimal("100.5")),
        ("D-2", None),
    ]
    assert rows("SELECT issue_id, table_name, rule, column_name, count, example FROM load_issues")[0] == (
        1, "deals.csv", "not_a_number", "Value", 1, "row 3: 1x0",
    )  # fmt: skip


def test_impossible_date(load_deals, rows: Callable[[str], Rows]) -> None:
    issues = load_deals(HEADER + GOOD + "D-2;Acme;7;Offer;Open;1;31/02/2026;30/04/2026\n")
    assert (issues[0].rule, issues[0].column_name, issues[0].example) == ("not_a_date", "Opened", "row 3: 31/02/2026")
    assert rows("SELECT created_on FROM opportunities ORDER BY opportunity_id") == [(date(2026, 2, 13),), (None,)]


def test_date_in_the_other_order(load_deals, rows: Callable[[str], Rows]) -> None:
    """13/02 and 14/02 say day first; 02/25 can only be month first; 03/04 is read as the others are."""
    lines = [GOOD, GOOD.replace("D-1", "D-2").replace("13/02", "14/02")]
    lines += [
        GOOD.replace("D-1", "D-3").replace("13/02", "02/25"),
        GOOD.replace("D-1", "D-4").replace("13/02", "03/04"),
    ]
    issues = load_deals(HEADER + "".join(lines))
    assert [(i.rule, i.column_name, i.count, i.example) for i in issues] == [
        ("date_order_mixed", "Opened", 1, "row 4: 02/25/2026")
    ]
    assert [d for (d,) in rows("SELECT created_on FROM opportunities ORDER BY opportunity_id")] == [
        date(2026, 2, 13), date(2026, 2, 14), date(2026, 2, 25), date(2026, 4, 3),
    ]  # fmt: skip


def test_dates_that_could_be_either_are_said(load_deals, rows: Callable[[str], Rows]) -> None:
    issues = load_deals(HEADER + "D-1;Acme;7;Offer;Open;1;03/04/2026;05/06/2026\n")
    assert [(i.rule, i.column_name) for i in issues] == [
        ("date_order_unclear", "Opened"),
        ("date_order_unclear", "Closes"),
    ]
    assert rows("SELECT created_on FROM opportunities") == [(date(2026, 4, 3),)]


def test_duplicate_ids_keep_the_last_row(load_deals, rows: Callable[[str], Rows]) -> None:
    issues = load_deals(HEADER + GOOD + GOOD.replace("100,50", "7"))
    assert (issues[0].rule, issues[0].example) == ("duplicate_key", "row 2: D-1")
    assert rows("SELECT amount FROM opportunities") == [(Decimal("7"),)]


def test_unknown_keys_become_a_visible_member(load_deals, rows: Callable[[str], Rows]) -> None:
    issues = load_deals(HEADER + GOOD.replace(";7;", ";99;").replace("Offer", "Dream"))
    assert {(i.table_name, i.rule, i.column_name, i.example) for i in issues} == {
        ("opportunities", "unknown_key", "rep_id", "row 2 of deals.csv: 99"),
        ("opportunities", "unknown_key", "stage_id", "row 2 of deals.csv: dream"),
    }
    assert rows("SELECT rep_id, stage_id FROM opportunities") == [("unmapped", "unmapped")]
    assert rows("SELECT name, name_zh FROM reps WHERE rep_id = 'unmapped'") == [("Unmapped", "未对应")]


def test_an_empty_key_stays_unassigned(load_deals, rows: Callable[[str], Rows]) -> None:
    assert load_deals(HEADER + GOOD.replace(";7;", ";;")) == []
    assert rows("SELECT rep_id FROM opportunities") == [(None,)]


def test_row_without_a_key_is_left_out(load_deals, rows: Callable[[str], Rows]) -> None:
    issues = load_deals(HEADER + GOOD + GOOD.replace("D-1", ""))
    assert (issues[0].rule, issues[0].example) == ("key_missing", "row 3")
    assert rows("SELECT count(*) FROM opportunities") == [(1,)]


def test_words_that_look_like_nothing_are_values(load_deals, rows: Callable[[str], Rows]) -> None:
    load_deals(HEADER + GOOD.replace("Acme", "n/a") + GOOD.replace("Acme", "None").replace("D-1", "D-2"))
    assert rows("SELECT name FROM accounts ORDER BY name") == [("None",), ("n/a",)]


def test_unknown_status_and_missing_close_date(load_deals, rows: Callable[[str], Rows]) -> None:
    won = "D-2;Acme;7;Talk;Won;8;13/02/2026;\n"
    issues = load_deals(HEADER + GOOD.replace("Open", "Asleep") + won)
    rules = {(i.table_name, i.rule, i.example) for i in issues}
    assert ("opportunities", "unknown_word", "row 2 of deals.csv: asleep") in rules
    assert ("opportunities", "closed_without_date", "row 3 of deals.csv: D-2") in rules
    assert ("sales", "without_date", "row 3 of deals.csv: D-2") in rules
    assert rows("SELECT status FROM opportunities ORDER BY opportunity_id") == [(None,), ("won",)]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (f"D-2;{'x' * 3_000_000};7;Offer;Open;1;;\n", "a value is longer than 131,072 characters"),
        ("D-2;Acme\n", "2 values where the header has 8"),
        ("D-2;a;7;Offer;Open;1;13/02/2026;30/04/2026;too;much\n", "10 values where the header has 8"),
        ('D-2;"Acme;7;Offer;Open;1;13/02/2026;30/04/2026\n', "a quote is opened and never closed"),
        ('D-2;"Ac"me;7;Offer;Open;1;13/02/2026;30/04/2026\n', "a quote stands inside a value without being doubled"),
    ],
)
def test_broken_row_is_named_and_the_others_are_kept(load_deals, rows, broken: str, reason: str) -> None:
    quoted = GOOD.replace("D-1", "D-3").replace("Acme", '"Acme; ""the"" one\nand only"')
    issues = load_deals(HEADER + GOOD + broken + quoted)
    assert [(i.table_name, i.rule, i.count) for i in issues] == [("deals.csv", "row_rejected", 1)]
    assert reason in issues[0].message
    assert "(row 3: D-2;" in issues[0].message
    assert rows("SELECT opportunity_id, account_id FROM opportunities ORDER BY 1") == [
        ("D-1", "Acme"),
        ("D-3", 'Acme; "the" one\nand only'),
    ]


def test_quote_left_open_in_the_last_row(load_deals, rows: Callable[[str], Rows]) -> None:
    issues = load_deals(HEADER + GOOD + 'D-2;"Acme;7;Offer;Open;1;13/02/2026;30/04/2026\n')
    assert [i.example[:6] for i in issues] == ["row 3:"]
    assert rows("SELECT count(*) FROM opportunities") == [(1,)]


@pytest.mark.parametrize(
    ("encoding", "name", "said"),
    [
        ("latin-1", "Müller & Söhne", "Latin-1"),
        ("cp1252", "Café “Zoë”", "Latin-1"),
        ("gbk", "北京医疗器械有限公司", "GBK"),
        ("utf-16", "北京 Müller", "UTF-16"),
    ],
)
def test_other_encodings_are_read_and_said(load_deals, rows, encoding: str, name: str, said: str) -> None:
    issues = load_deals((HEADER + GOOD.replace("Acme", name)).encode(encoding))
    assert [(i.rule, i.table_name) for i in issues] == [("encoding", "deals.csv")]
    assert said in issues[0].message
    assert rows("SELECT account_id FROM opportunities") == [(name,)]


def test_one_broken_byte_does_not_make_utf8_something_else(load_deals, rows: Callable[[str], Rows]) -> None:
    broken = (HEADER + GOOD.replace("Acme", "北京医疗器械有限公司")).encode() + b"D-2;\xff;7;Offer;Open;1;;\n"
    issues = load_deals(broken)
    assert "not UTF-8; each was replaced" in issues[0].message
    assert rows("SELECT account_id FROM opportunities ORDER BY 1") == [("北京医疗器械有限公司",), ("\ufffd",)]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_delimiters_line_ends_and_bom(load_deals, rows, delimiter: str, newline: str) -> None:
    text = "\ufeff" + HEADER + GOOD.replace("100,50", '"100,50"')
    assert load_deals(text.replace(";", delimiter).replace("\n", newline)) == []
    assert rows("SELECT account_id, amount FROM opportunities") == [("Acme", Decimal("100.5"))]


def test_columns_match_whatever_their_spelling(load_deals, rows: Callable[[str], Rows]) -> None:
    assert load_deals(HEADER.replace("Deal No", "deal_no").replace("Opened", " OPENED ") + GOOD) == []
    assert rows("SELECT created_on FROM opportunities") == [(date(2026, 2, 13),)]


def test_file_of_no_rows(load_deals, rows: Callable[[str], Rows]) -> None:
    issues = load_deals(HEADER)
    assert [i.message for i in issues] == ["deals.csv has a header and no rows; what it feeds is empty."]
    assert rows("SELECT count(*) FROM opportunities") == [(0,)]


@pytest.mark.parametrize(
    ("deals", "sentences"),
    [
        (b"", ["deals.csv is empty: it has not even a header row. Export it again."]),
        (b"\n\n", ["deals.csv is empty: it has not even a header row. Export it again."]),
        (
            HEADER.replace("Opened", "Opening day").encode(),
            ["deals.csv has no column 'Opened'. Is it 'Opening day'? Then rename it. Export it with that column."],
        ),
        (None, ["deals.csv is missing in ", "Export it under Deals > All > CSV."]),
    ],
)
def test_what_no_load_can_live_with(load_deals, guide: Path, settings, deals: bytes | None, sentences) -> None:
    load_deals(HEADER + GOOD)
    before = snapshots.current(settings.snapshots_dir)
    path = guide / "export" / "deals.csv"
    path.unlink() if deals is None else path.write_bytes(deals)
    with pytest.raises(LoadError) as wrong:
        load(str(guide / "mycrm"), guide / "export", settings=settings)
    assert all(sentence in str(wrong.value) for sentence in sentences)
    assert snapshots.listed(settings.snapshots_dir) == [before]
    report = load(str(guide / "mycrm"), guide / "export", settings=settings, check_only=True)
    assert list(report.problems) == ["accounts, opportunities, sales"]
    assert report.rows["reps"] == 2


def test_column_and_file_that_may_be_missing(load_deals, guide: Path, settings, rows: Callable[[str], Rows]) -> None:
    (guide / "mycrm" / "source.toml").write_text(
        (guide / "mycrm" / "source.toml").read_text().replace('key = "ID"', 'key = "ID"\noptional = true')
    )
    (guide / "export" / "people.csv").unlink()
    (guide / "export" / "deals.csv").write_text(HEADER.replace(";Closes", ""))
    report = load(str(guide / "mycrm"), guide / "export", settings=settings, check_only=True)
    assert "reps: people.csv is not there, which it may be." in report.lines()
    assert "accounts, opportunities, sales: deals.csv has no column 'Closes', which it may." in report.lines()
    issues = load_deals(HEADER.replace(";Closes", "") + "D-1;Acme;7;Offer;Open;100;13/02/2026\n")
    assert [i.rule for i in issues] == ["unknown_key"]
    assert rows("SELECT expected_close_on FROM opportunities") == [(None,)]


def test_wrong_folder(guide: Path, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="There is no folder"):
        load(str(guide / "mycrm"), tmp_path / "nowhere", settings=settings)
    (tmp_path / "other").mkdir()
    with pytest.raises(LoadError, match="has none of the files of mycrm, such as deals.csv, people.csv"):
        load(str(guide / "mycrm"), tmp_path / "other", settings=settings)


def test_full_disk(load_deals, guide: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    load_deals(HEADER + GOOD)
    before = snapshots.current(settings.snapshots_dir)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LoadError, match="The disk of .* is full: free some space and load again"):
        load(str(guide / "mycrm"), guide / "export", settings=settings)
    assert snapshots.listed(settings.snapshots_dir) == [before]
    assert snapshots.current(settings.snapshots_dir) == before


def test_folder_that_may_not_be_written(guide: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(settings.data_dir))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(LoadError, match="data may not be written by this user. Nothing was published"):
        load(str(guide / "mycrm"), guide / "export", settings=settings)
