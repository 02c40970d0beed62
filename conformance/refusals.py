"""What a server refuses, case by case: the sentence about a missing refusal says which case it was."""

from .answers import Answer
from .findings import NotMet


def refused(case: str, answer: Answer, code: str = "unprocessable_entity") -> Answer:
    """The answer is the error that the case asks for, described by the contract."""
    try:
        return answer.expect_error(code).expect_described()
    except NotMet as end:
        raise NotMet(f"{case}: {end}", end.answer) from end


def names(answer: Answer, field: str) -> bool:
    """Whether an error says which field is wrong: in a member of its details, or in its sentence."""
    error = answer.member("error")
    places = [str(detail.get("field")) for detail in error.get("details", ()) if isinstance(detail, dict)]
    return any(field in place for place in (*places, str(error.get("message"))))
