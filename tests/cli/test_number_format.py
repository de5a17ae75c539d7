from __future__ import annotations

import pytest

from api.catalogue_files.number_format import shown


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [
        (417, "0000", "0417"),
        (12345, "0000", "12345"),
        (597, "General", "597"),
        (597, "", "597"),
        (597, "@", "597"),
        (12.0, "General", "12"),
        (12.5, "General", "12.5"),
        (0.1 + 0.2, "General", "0.3"),
        (0, "General", "0"),
        (123456789012345, "General", "123456789012345"),
        (417, '"A-"0000', "A-0417"),
        (7, "00\\-00", "00-07"),
        (12345, "00-00", "123-45"),
        (1234567, "#,##0", "1234567"),
        (12, "0.00", "12.00"),
        (2.5, "0", "3"),
        (999.5, "000", "1000"),
        (0, "#", ""),
        (-5, "000", "-005"),
        (-5, "000;(000)", "(005)"),
        (5, "[Red]000", "005"),
        (5, "[$-419]000_)", "005"),
        (5, "№ 000", "№ 005"),
        (5, '0";"0', "0;5"),
    ],
)
def test_a_number_is_read_as_the_sheet_shows_it(number: float, form: str, text: str) -> None:
    """ECMA-376 part 1, 18.8.31, but for what depends on the country."""
    assert shown(number, form) == text


@pytest.mark.parametrize(
    ("number", "form"),
    [(0.5, "0%"), (5, "0.00E+00"), (5, "# ?/?"), (5, "yyyy"), (5, "[>5]000;0"), (5, "[h]:mm"),
     (10**15, "0"), (1e300, "General"), (float("inf"), "General"), (float("nan"), "0"),
     (5, '"text"'), (0, '0;-0;"none"')],
)  # fmt: skip
def test_what_cannot_be_read_for_sure_is_refused(number: float, form: str) -> None:
    """Nobody's personnel number is guessed."""
    with pytest.raises(ValueError, match=r"lost|not read"):
        shown(number, form)
