"""Adjustments in words: each operation, in both languages, with members, months and ways."""

from datetime import date
from decimal import Decimal

import pytest

from components.plan_words import adjustment_words, basis_words, node_words, span_words
from components.view import View
from components.words import words
from planning.adjustments import Adjustment
from planning.plan import Node
from planning.tables import OPERATIONS
from queries.scope import EVERYTHING
from queries.slices import Slice

LABELS = {
    "region": {"east": {"label": "East", "label_zh": "华东"}, "north": {"label": "North", "label_zh": "华北"}},
    "rep": {"r1": {"label": "Chen Xiaolin", "label_zh": "陈晓琳"}},
}
WHOLE = Node()
Q4 = {"starts_on": date(2026, 10, 1), "ends_on": date(2026, 12, 31)}


def labels(name: str) -> dict[str, dict[str, str]]:
    return LABELS.get(name, {})


def view(lang: str = "en", first_month: int = 1) -> View:
    return View(Slice(), EVERYTHING, lang, "light", "/planning", date(2026, 8, 27), "CNY", first_month)


def said(lang: str, operation: str, node: Node = WHOLE, **about: object) -> str:
    made = Adjustment(operation, "region", node, **about)  # type: ignore[arg-type]
    return adjustment_words(view(lang), made, labels)


TWO = {"by": "region", "members": ("east", "north")}
ONE = {"by": "rep", "members": ("r1",)}
CASES = [
    (
        ("scale", Node.of(**Q4), {**TWO, "share": Decimal("0.05")}),
        "East, North +5%, parent moves, Q4 2026",
        "华东、华北 +5%、上级随之变动、2026年四季度",
    ),
    (
        ("scale", Node(), {**TWO, "share": Decimal("-0.0125"), "mode": "stays"}),
        "East, North −1.25%, parent stays",
        "华东、华北 −1.25%、上级不变",
    ),
    (("scale", Node(), {"share": Decimal("0.025")}), "the whole plan +2.5%", "整个计划 +2.5%"),
    (("scale", Node.of(region="east"), {"share": Decimal("0.1")}), "East +10%", "华东 +10%"),
    (
        ("set", Node.of(region="east"), {**ONE, "amounts": (Decimal(8_300_000),)}),
        "Chen Xiaolin set to ¥8.3M, parent moves, in East",
        "陈晓琳定为830万、上级随之变动、在华东内",
    ),
    (
        ("set", Node(), {**TWO, "amounts": (Decimal(8_000_000),)}),
        "East, North set to ¥8.0M each, parent moves",
        "华东、华北各定为800万、上级随之变动",
    ),
    (
        ("set", Node(), {**TWO, "amounts": (Decimal(8_000_000), Decimal(1_500_000))}),
        "East set to ¥8.0M, North set to ¥1.5M, parent moves",
        "华东定为800万、华北定为150万、上级随之变动",
    ),
    (
        ("add", Node(), {**TWO, "amounts": (Decimal(300_000), Decimal(-200_000))}),
        "East +¥300K, North −¥200K, parent moves",
        "华东 +30万、华北 −20万、上级随之变动",
    ),
    (
        ("set", Node(), {"by": "month", "members": ("2026-10-01",), "amounts": (Decimal(5),), "basis": "seasonal"}),
        "Oct 2026 set to ¥5, parent moves, seasonal model",
        "2026年10月定为5元、上级随之变动、季节模型",
    ),
    (
        ("allocate", Node.of(region="east"), {**ONE, "weights": (1.0,), "basis": "ytd"}),
        "allocated by year-to-date share, per rep, in East",
        "按本年至今占比分配、分到各代表、在华东内",
    ),
    (
        ("allocate", Node(), {"by": "region", "amounts": (Decimal(2_000_000),), "floors": (Decimal(1),)}),
        "¥2.0M allocated by typed weights, per region, with floors",
        "将200万按手工权重分配、分到各大区、有下限",
    ),
    (("lock", Node(), {"by": "region", "members": ("east",)}), "locked East", "锁定华东"),
    (("unlock", Node(), {**TWO}), "unlocked East, North", "解锁华东、华北"),
    (("lock", Node(), {"by": "region", "members": (None,)}), "locked Unassigned", "锁定未分配"),
    (("risk", Node(), {"share": Decimal("0.950")}), "risk coefficient 0.95", "风险系数0.95"),
    (("risk", Node(), {"share": Decimal("0.03"), "basis": "padding"}), "padding +3%", "预留+3%"),
    (("risk", Node(), {"amounts": (Decimal(1_000_000),), "basis": "padding"}), "padding +¥1.0M", "预留+100万"),
]


@pytest.mark.parametrize(("made", "en", "zh"), CASES)
def test_an_adjustment_is_a_sentence_in_both_languages(made, en, zh):
    operation, node, about = made
    assert said("en", operation, node, **about) == en
    assert said("zh", operation, node, **about) == zh


def test_every_operation_has_words():
    assert {made[0] for made, _, _ in CASES} == set(OPERATIONS)


def test_what_went_through_the_ledger_reads_the_same():
    for (operation, node, about), en, _ in CASES:
        made = Adjustment(operation, "region", node, **about)  # type: ignore[arg-type]
        assert adjustment_words(view(), Adjustment.from_json(operation, made.to_json()), labels) == en


def test_of_many_members_three_are_named_and_the_others_counted():
    many = {"by": "region", "members": ("east", "north", "a", "b", "c")}
    assert said("en", "lock", **many) == "locked East, North, a, 2 more"
    amounts = tuple(map(Decimal, (1, 2, 3, 4, 5)))
    assert said("en", "set", **many, amounts=amounts).startswith("East set to ¥1, North set to ¥2, a set to ¥3, 2 more")
    assert said("zh", "lock", **many) == "锁定华东、华北、a、另2项"


def test_a_member_that_is_gone_is_named_by_its_key():
    assert said("en", "lock", by="rep", members=("r9",)) == "locked r9"


def test_months_are_called_what_they_are():
    def span(start: date | None, end: date | None, first_month: int = 1) -> str:
        return span_words(view(first_month=first_month), start, end)

    assert span(None, None) == ""
    assert span(date(2026, 1, 1), date(2026, 12, 31)) == "2026"
    assert span(date(2026, 4, 1), date(2027, 3, 31), 4) == "2027"
    assert span(date(2026, 4, 1), date(2026, 6, 30), 4) == "Q1 2027"
    assert span(date(2026, 2, 1), date(2026, 2, 28)) == "Feb 2026"
    assert span(date(2026, 2, 1), date(2026, 3, 31)) == "1 Feb 2026 – 31 Mar 2026"
    assert span(date(2026, 2, 1), None) == "from 1 Feb 2026"
    assert span(None, date(2026, 2, 28)) == "until 28 Feb 2026"


def test_a_part_of_a_plan_is_named():
    assert node_words(view(), Node(), labels) == "the whole plan"
    assert node_words(view(), Node.of(**Q4, region=["east", "north"]), labels) == "East, North, Q4 2026"


def test_every_basis_has_words_and_an_unknown_one_reads_as_it_is():
    assert basis_words(view(), "last_target") == "last year's target"
    assert basis_words(view("zh"), "qtd") == "本季至今占比"
    assert basis_words(view(), "a model of ours") == "a model of ours"
    assert "plan_words.lock" in words("zh")
