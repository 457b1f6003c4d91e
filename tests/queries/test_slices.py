"""The address bar: one canonical spelling, read tolerantly, with what nobody understood named."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.semantic.dimensions import DIMENSIONS, FILTERS
from queries.slices import MAX_DROPPED, MAX_VALUES, OPTIONS, VIEW_ONLY, Slice

VALUES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20).filter(lambda v: v != "!")


@st.composite
def slices(draw: st.DrawFn) -> Slice:
    periods = ["qtd", "mtd", "all", "2026", "2026Q3", "2026-08", "2026-07-01..2026-08-15"]
    pairs = [("period", draw(st.sampled_from(periods))), ("by", draw(st.sampled_from(list(DIMENSIONS))))]
    if as_of := draw(st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))):
        pairs.append(("as_of", as_of.isoformat()))
    for name in draw(st.sets(st.sampled_from(FILTERS), max_size=4)):
        pairs += [(name, value) for value in draw(st.lists(VALUES, min_size=1, max_size=4))]
    chosen = {"basis": "invoice", "show": "amount", "cohort": "last12m", "rates": "0.5,0.8", "open": "stock|stage:s1"}
    pairs += [(name, chosen[name]) for name in draw(st.sets(st.sampled_from(sorted(chosen))))]
    return Slice.from_pairs(draw(st.permutations(pairs)))


@given(slices())
def test_the_canonical_spelling_reads_back_as_the_same_slice(slice_):
    again = Slice.from_search(slice_.to_query())
    assert again == slice_
    assert again.to_query() == slice_.to_query()
    assert again.dropped == slice_.dropped == ()


@given(slices())
def test_equal_slices_are_spelled_alike_whatever_the_order(slice_):
    backwards = Slice.from_search("&".join(reversed(slice_.to_query().split("&"))))
    assert backwards == slice_
    assert backwards.to_query() == slice_.to_query()


def test_defaults_are_left_out():
    assert Slice.from_search("").to_query() == ""
    assert Slice.from_search("?period=qtd&by=region&basis=booking&show=count&cohort=auto") == Slice()
    assert Slice.from_search("period=qtd&by=region&show=count").to_query() == ""


def test_a_mapping_reads_as_a_query_string_does():
    query: dict[str, str | list[str]] = {"period": "2026Q2", "region": ["East", "North"], "as_of": "2026-06-30"}
    assert Slice.from_query(query) == Slice.from_search("period=2026Q2&region=North&region=East&as_of=2026-06-30")


def test_values_of_a_filter_are_a_sorted_set():
    assert Slice.from_search("region=North&region=East&region=North").filters == (("region", ("East", "North")),)


def test_what_makes_no_sense_is_dropped_and_named_and_the_rest_is_kept():
    slice_ = Slice.from_search("period=2026Q9&regoin=East&region=East&by=mood&as_of=2026-02-30&basis=gold&show=amount")
    assert slice_ == Slice(filters=(("region", ("East",)),), options=(("show", "amount"),))
    assert slice_.dropped == ("period=2026Q9", "regoin=East", "by=mood", "as_of=2026-02-30", "basis=gold")


def test_what_was_dropped_takes_no_part_in_equality_or_spelling():
    assert Slice.from_search("nonsense=1") == Slice()
    assert Slice.from_search("nonsense=1").to_query() == ""


@pytest.mark.parametrize(
    ("search", "named"),
    [
        ("region=", "region="),
        ("region=!", "region=!"),
        ("region=a%00b", "region=a\N{REPLACEMENT CHARACTER}b"),
        ("region=a%0Ab", "region=a\N{REPLACEMENT CHARACTER}b"),
        ("region=%E2%80%AEb", "region=\N{REPLACEMENT CHARACTER}b"),  # right-to-left override
        ("as_of=0001-01-01", "as_of=0001-01-01"),
        ("as_of=9999-12-31", "as_of=9999-12-31"),
        ("as_of=20260827", "as_of=20260827"),
        ("period=9999", "period=9999"),
        ("contract=c1", "contract=c1"),  # a deal has several: nothing to filter by
        ("explain=__class__", "explain=__class__"),
        ("rates=0.5,,0.8", "rates=0.5,,0.8"),
        ("rates=٠٫٥", "rates=٠٫٥"),
        ("month=2026-08-01", "month=2026-08-01"),
    ],
)
def test_hostile_values_are_named_and_harmless(search, named):
    slice_ = Slice.from_search(search)
    assert slice_ == Slice()
    assert slice_.dropped == (named,)


def test_what_is_named_is_short_and_not_endless():
    slice_ = Slice.from_pairs([(f"x{number}", "y" * 500) for number in range(5_000)])
    assert len(slice_.dropped) == MAX_DROPPED
    assert all(len(named) <= 80 for named in slice_.dropped)
    long = Slice.from_search("region=" + "a" * 201)
    assert (long.filters, len(long.dropped)) == ((), 1)


def test_no_more_values_than_a_person_would_choose():
    slice_ = Slice.from_pairs([("account", f"a{number:03}") for number in range(MAX_VALUES + 3)])
    assert len(dict(slice_.filters)["account"]) == MAX_VALUES
    assert slice_.dropped == ("account=a050", "account=a051", "account=a052")


@given(st.text(max_size=200))
def test_any_search_is_understood_somehow(search):
    again = Slice.from_search(Slice.from_search(search).to_query())
    assert again.dropped == ()


@given(st.lists(st.tuples(st.sampled_from(["period", "as_of", "by", "region", "open", *OPTIONS, "x"]), st.text())))
def test_any_pairs_give_days(pairs):
    slice_ = Slice.from_pairs(pairs)
    period = slice_.resolved(as_of=date(2026, 8, 27), first_month=4)
    assert period.previous() is None or period.last_year() is not None
    assert Slice.from_search(urlencode(pairs)) == slice_ or any(not v.isprintable() for _, v in pairs)


@pytest.mark.parametrize("first_month", [1, 4, 12])
@pytest.mark.parametrize("period", ["1900", "2200", "1900Q1", "2200Q4", "1900-01", "2200-12", "1900-01-01..2200-12-31"])
def test_whatever_period_is_understood_resolves_in_every_fiscal_year(period, first_month):
    slice_ = Slice.from_search(f"period={period}")
    assert slice_.dropped == ()
    resolved = slice_.resolved(as_of=date(2026, 8, 27), first_month=first_month)
    assert resolved.previous() and resolved.last_year()


def test_a_value_may_be_excluded():
    slice_ = Slice.from_search("region=!East&region=!North&channel_kind=!unassigned")
    assert slice_.filters == (("region", ("!East", "!North")), ("channel_kind", ("!unassigned",)))
    assert slice_.to_query() == "region=%21East&region=%21North&channel_kind=%21unassigned"


def test_a_filter_is_replaced_and_lifted():
    slice_ = Slice().with_filter("channel", ["b", "a", "a"]).with_filter("region", ["East"])
    assert slice_.filters == (("region", ("East",)), ("channel", ("a", "b")))
    assert slice_.with_filter("region", []).filters == (("channel", ("a", "b")),)


def test_a_switch_is_set_and_put_back():
    slice_ = Slice().with_option("show", "amount")
    assert (slice_.option("show"), slice_.to_query()) == ("amount", "show=amount")
    assert slice_.with_option("show", None) == slice_.with_option("show", "count") == Slice()


def test_what_only_chooses_what_is_drawn_asks_the_same_question():
    drawn = "show=amount&stock=count&method=weighted&open=late&explain=win_rate"
    drill = "path=region.rep&bridge=product&heat=rep&columns=channel&variance=relative&competitor=c1"
    losses = "against=lost&cross=rep&flow=count&find=price&rival=V1&where=East&back=half"
    planned = "plan=3&compare=3.4&tree=product&unfold=East&give=stays&weigh=even&scheme=accelerator"
    slice_ = Slice.from_search(f"region=East&{drawn}&{drill}&{losses}&{planned}")
    assert {name for name, _ in slice_.options} == set(VIEW_ONLY)
    assert slice_.asked() == Slice.from_search("region=East")
    assert Slice.from_search("basis=invoice&rates=0.5").asked() == Slice.from_search("basis=invoice&rates=0.5")


def test_the_default_of_every_switch_is_one_of_its_values_or_nothing():
    assert all(not default or pattern.fullmatch(default) for default, pattern in OPTIONS.values())


def test_an_as_of_date_in_the_slice_wins():
    slice_ = Slice.from_search("period=mtd&as_of=2026-05-10")
    assert str(slice_.resolved(as_of=date(2026, 8, 27), first_month=1).end) == "2026-05-10"
