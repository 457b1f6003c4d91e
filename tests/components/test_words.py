"""Words: both languages say the same things."""

from string import Formatter

import pytest

from components.words import Words, words


def singular(key: str) -> str:
    return key.removesuffix(".one").removesuffix(".other")


def placeholders(text: str) -> set[str]:
    """Names to be filled in; `q_zh` is how Chinese may want `q`."""
    return {name.removesuffix("_zh") for _, name, _, _ in Formatter().parse(text) if name}


def by_key(lang: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key, text in words(lang).texts.items():
        found.setdefault(singular(key), set()).update(placeholders(text))
    return found


def test_both_languages_have_the_same_keys():
    en, zh = by_key("en"), by_key("zh")
    assert en.keys() - zh.keys() == set(), "only in en.toml"
    assert zh.keys() - en.keys() == set(), "only in zh.toml"


def test_both_languages_fill_in_the_same_things():
    en, zh = by_key("en"), by_key("zh")
    differing = {key: (en[key], zh[key]) for key in en if key in zh and en[key] - {"count"} != zh[key] - {"count"}}
    assert not differing


def test_plurals_have_both_forms():
    keys = set(words("en").texts)
    assert {key for key in keys if key.endswith(".one") and f"{singular(key)}.other" not in keys} == set()


TINY = Words("en", {"a.title": "Title", "a.late.one": "{count} deal late", "a.late.other": "{count:,} deals late"})


def test_a_text_is_found_and_filled():
    assert TINY("a.title") == "Title"
    assert TINY("a.late", count=1) == "1 deal late"
    assert TINY("a.late", count=1200) == "1,200 deals late"
    assert Words("zh", {"late.other": "{count}个"})("late", count=1) == "1个"


def test_a_missing_key_is_named():
    with pytest.raises(KeyError, match="a.nothing"):
        TINY("a.nothing")
    with pytest.raises(KeyError, match="'a.late'"):
        TINY("a.late")


def test_knows_what_it_can_say():
    assert "a.title" in TINY and "a.late" in TINY and "a.nothing" not in TINY


def test_an_unknown_language_is_named():
    with pytest.raises(KeyError, match="fr"):
        words("fr")
