"""Languages: the same keys and fillings, every key that code asks for, numbers as each writes them."""

import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import signalopt.report
from signalopt.measures import MEASURES
from signalopt.report.figures import BANDED, SHOWN
from signalopt.report.shown_measures import UNITS
from signalopt.report.sweeps import MEASURES_SHOWN
from signalopt.report.words import LANGUAGES, words

ROOM = Path(signalopt.report.__file__).parent


def fillings(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_have_the_same_keys_and_fillings(language: str) -> None:
    english, other = words("en").texts, words(language).texts

    assert set(other) == set(english)
    assert {k: fillings(t) for k, t in other.items()} == {
        k: fillings(t) for k, t in english.items()
    }
    assert all(text.strip() for text in other.values())


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_nothing_is_left_in_english(language: str) -> None:
    same = {
        k
        for k, t in words(language).texts.items()
        if t == words("en").texts[k] and fillings(t) != set()
    }
    cyrillic = {k for k, t in words(language).texts.items() if re.search("[а-яА-Я]", t)}
    may_lack_it = re.compile(
        r"page\.(window|temperature|number_unit|interval)|unit\.percent|measure\.(co2_g|nox_mg)"
        r"|movements\.(summary.*|column_los)|film\.(times|clock)|map\.(co2|street_alone|street_name)"
        r"|bands\.band|sweep\.plus_minus|robust\.sumo|methods\.key_(signalopt|sumo)|signals\.lamp_title"
        r"|front\.label|page\.two_plans|head\.now"
    )  # fmt: skip

    assert not {k for k in set(words("en").texts) - cyrillic if not may_lack_it.fullmatch(k)}
    assert not {k for k in same if not may_lack_it.fullmatch(k)}


def test_every_literal_key_of_the_code_exists() -> None:
    known = set(words("en").texts)
    pattern = re.compile(r'(?:span|svg|label|text|Key)\(\s*"([a-z_]+\.[A-Za-z0-9_]+)"')
    asked = {
        (path.name, key)
        for path in (*ROOM.glob("*.py"), *ROOM.glob("assets/*.js"))
        for key in pattern.findall(path.read_text("utf-8"))
        if not key.endswith("_")  # the script completes these
    }

    assert len(asked) > 60
    assert not {(name, key) for name, key in asked if key not in known}


def test_every_measure_that_can_be_shown_has_words_and_a_unit() -> None:
    texts = words("en").texts

    assert set(SHOWN) | set(BANDED) | set(MEASURES_SHOWN) <= set(UNITS) <= set(MEASURES)
    assert all(f"measure.{name}" in texts for name in UNITS)
    assert all(f"unit.{unit}" in texts for unit, _ in UNITS.values())


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "−12,345.7"), ("ru", "−12\u00a0345,7"), ("kk", "−12\u00a0345,7")],
)
def test_numbers(language: str, shown: str) -> None:
    own = words(language)

    assert own.number(-12345.67, 1) == shown
    assert own.number(1234.0, 0) == "1234"
    assert own.number(2.5, 1, signed=True) == ("+2.5" if language == "en" else "+2,5")
    assert own.number(-0.04, 1) == ("0.0" if language == "en" else "0,0")
    assert own.number(None, 1) == "–"


@given(st.floats(-1e7, 1e7), st.integers(0, 3), st.sampled_from(LANGUAGES))
def test_numbers_can_be_read_back(value: float, digits: int, language: str) -> None:
    text = words(language).number(value, digits)
    plain = text.replace("\u00a0", "").replace("−", "-")
    plain = plain.replace(",", "") if language == "en" else plain.replace(",", ".")

    assert float(plain) == pytest.approx(value, abs=0.5 * 10**-digits + 1e-9)


def test_an_unknown_language() -> None:
    with pytest.raises(KeyError):
        words("de")
