"""Seeds on the command line."""

import pytest

from signalopt.cli.options import MAX_SEEDS, parse_seeds
from signalopt.errors import InputError


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("1", (1,)),
        ("1-5", (1, 2, 3, 4, 5)),
        ("1,3,7", (1, 3, 7)),
        ("7, 1-2", (7, 1, 2)),
        ("0", (0,)),
    ],
)
def test_ranges_and_lists(text: str, seeds: tuple[int, ...]) -> None:
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "''"),
        ("a", "'a'"),
        ("-3", "'-3'"),
        ("1-", "'1-'"),
        ("1,,2", "''"),
        ("1.5", "'1.5'"),
        ("5-1", "runs backwards"),
        ("1-3,2", "seed 2 twice"),
        (f"1-{MAX_SEEDS + 1}", f"more than {MAX_SEEDS}"),
        ("1-99999999999999", f"more than {MAX_SEEDS}"),
        ("²", "'²'"),
    ],
)
def test_anything_else_is_refused_with_what_was_found(text: str, found: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_seeds(text)

    (problem,) = caught.value.problems
    assert problem.where == "--seeds"
    assert found in problem.found


def test_the_largest_number_of_seeds() -> None:
    assert len(parse_seeds(f"1-{MAX_SEEDS}")) == MAX_SEEDS
