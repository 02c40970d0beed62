"""Codes of certificates: their form, what they say, and that a person may type them."""

import re
from collections import Counter
from urllib.parse import quote

from .. import asked
from ..asked import CERTIFICATES, expect_same
from ..clause import must
from ..findings import require
from ..lists import lists
from ..trial import Trial

FORM = re.compile("TRC-([A-Z]{3})-([0-9]{2})-([2-9A-HJKMNP-TV-Z]{6,10})")
LAST_HOUR_OF_2019 = "2019-12-31T22:30:00-02:00"
"""In UTC it is 2020 already."""


@must(
    "certificates/code",
    "rulings/codes/form",
    "rulings/codes/letters",
    "rulings/codes/alphabet",
    "rulings/codes/pattern",
    "openapi.yaml#/components/schemas/Code",
)
def code(trial: Trial) -> None:
    """A code is `TRC`, the organization's three letters, two digits, and six to ten characters that look like no other.

    So there is no 0, O, 1, I, L or U among the last ones.
    """
    codes = [str(each["code"]) for each in (*lists(trial).crowd.certificates, trial.stage.lasting)]
    made = str(asked.issue(trial, trial.stage.course).expect(201).member("data.code"))
    for one in (made, *codes):
        found = FORM.fullmatch(one)
        require(found, f"A code is {one}.")
    letters = {one[4:7] for one in (made, *codes)}
    require(len(letters) == 1, f"Codes of one organization have the letters {', '.join(sorted(letters))}.")


@must("certificates/code-year", "rulings/codes/year")
def code_year(trial: Trial) -> None:
    """The two digits of a code are the year of its `issued_at` in UTC, whatever the offset that was given."""
    for issued_at, year in ((LAST_HOUR_OF_2019, "20"), ("2021-01-01T00:30:00+01:00", "20"), (None, None)):
        given = {} if issued_at is None else {"issued_at": issued_at}
        made = asked.issue(trial, trial.stage.course, **given).expect(201)
        wanted = year or str(made.member("data.issued_at"))[2:4]
        found = str(made.member("data.code"))[8:10]
        require(
            found == wanted, f"The code of a certificate issued at {issued_at or 'present'} has the year {found}.", made
        )


@must("certificates/code-unique", "rulings/codes/unique")
def code_unique(trial: Trial) -> None:
    """No two certificates share a code or an id, also when several are issued at once."""
    for member in ("code", "id"):
        ((value, count),) = Counter(str(each[member]) for each in lists(trial).crowd.certificates).most_common(1)
        require(
            count == 1, f"{count} of {len(lists(trial).crowd.certificates)} certificates have the {member} {value}."
        )


@must("certificates/code-typed", "rulings/codes/typed", "openapi.yaml#/components/schemas/TypedCode")
def code_typed(trial: Trial) -> None:
    """With a key, too, a certificate is found by its code in small letters and with blanks around it."""
    certificate = trial.stage.valid
    code = str(certificate["code"])
    for typed in (code.lower(), f" {code}  ", f" {code.title()} "):
        answer = trial.academy.get(f"{CERTIFICATES}/{quote(typed)}").expect(200)
        expect_same(answer, "data", certificate)


CODES = (code, code_year, code_unique, code_typed)
