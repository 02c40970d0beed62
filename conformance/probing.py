"""Before a server is judged: is there one, does it speak this API at all, and does it know the keys."""

from .asking import Caller
from .findings import NotMet, Silent
from .trial import Trial

PROBES = ("/api/v1/certificates", "/api/v1/verify/TRC-AAA-26-222222", "/api/v1/no-such-path")
"""Questions that any such server answers as a TrueCerta API does, even one with a fault or two."""
BELONGINGS = ("/api/v1/courses", "/api/v1/certificates", "/api/v1/webhooks")
"""Lists of what an organization has."""


class NotSuchAServer(Exception):
    """Why a server cannot be judged, in a sentence."""


def probe(trial: Trial) -> None:
    """Raise NotSuchAServer unless it can be judged. A silent server costs one deadline."""
    url = trial.public.base
    try:
        if not any(_speaks_it(trial.public, path) for path in PROBES):
            raise NotSuchAServer(
                f"{url} answers, but not as a TrueCerta API does: no error there has the shape "
                '{"error": {"message", "code"}}. Is the address right?'
            )
        for option, caller in (("--key", trial.with_key), ("--other-key", trial.with_other_key)):
            if caller is not None and _refuses(caller):
                raise NotSuchAServer(f"{url} does not know the key given by {option}: it answers 401.")
        if trial.with_key is not None and trial.with_other_key is not None:
            _expect_two_organizations(url, trial.with_key, trial.with_other_key)
    except Silent as why:
        raise NotSuchAServer(f"{url} cannot be judged. {why}.") from why


def is_alive(public: Caller) -> bool:
    """Whether anything answers."""
    try:
        public.get(PROBES[1], patient=False)
    except Silent:
        return False
    return True


def _expect_two_organizations(url: str, one: Caller, other: Caller) -> None:
    """Under both keys everything is the same only if they are of one; where one list differs, clauses judge it."""
    courses, certificates, endpoints = (_data(one, path) for path in BELONGINGS)
    if courses and certificates and [courses, certificates, endpoints] == [_data(other, path) for path in BELONGINGS]:
        raise NotSuchAServer(
            f"{url} shows the same courses, certificates and endpoints under --key and --other-key, so both keys"
            " are of one organization. Give the key of another; if it is one, the server keeps none from the other."
        )


def _data(caller: Caller, path: str) -> object:
    """The newest of a list; nothing where there is no such answer."""
    try:
        return caller.get(path, params={"limit": 1}, patient=False).member("data")
    except NotMet:
        return None


def _speaks_it(public: Caller, path: str) -> bool:
    try:
        answer = public.get(path, patient=False).json
    except NotMet:
        return False
    error = answer.get("error") if isinstance(answer, dict) else None
    return isinstance(error, dict) and {"message", "code"} <= error.keys()


def _refuses(caller: Caller) -> bool:
    return caller.get("/api/v1/certificates", params={"limit": 1}, patient=False).status == 401
