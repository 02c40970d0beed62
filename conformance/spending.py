"""The limits, used up all at the same time: what the clauses about limits judge. Nothing is judged here."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .answers import Answer
from .budgets import HEADERS, PAUSE, SOME_MORE, Spent, number, spend, until_refused
from .earned import earned, reached
from .findings import Blocked, Silent
from .missing import unknown_code
from .prepared import Prepares, prepared

if TYPE_CHECKING:
    from .trial import Trial

KEY, ADDRESS, TESTS = 120, 60, 5
"""The documented limits (reference, Rate Limits)."""
WRONG_KEY = {"Authorization": "Bearer trc_live_0000000000000000000000000000000000"}
ELSEWHERE = {"X-Forwarded-For": "198.51.100.7"}
"""An address for documentation only (RFC 5737)."""


@dataclass(frozen=True)
class Begun:
    """What came of the experiments."""

    results: dict[str, Future[Spent]]
    misses: list[Answer]


class Spending(Prepares):
    """One experiment for each budget."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__()
        self._trial = trial

    @property
    def key(self) -> Spent:
        """What a key may ask in a minute."""
        return self._result("key")

    @property
    def address(self) -> Spent:
        """What an address may ask of the public operations in a minute."""
        return self._result("address")

    @property
    def tests(self) -> Spent:
        """The tests of webhooks that an organization has in a minute; the other organization's."""
        _ = self._trial.other
        return self._result("tests")

    @property
    def wrong_keys(self) -> Spent:
        """What an address may ask with keys that are none."""
        return self._result("wrong keys")

    @property
    def misses(self) -> list[Answer]:
        """What verification and badges answer for codes that nobody has, before anything is used up."""
        begun: Begun = self._begun
        return begun.misses

    def _result(self, name: str) -> Spent:
        begun: Begun = self._begun
        try:
            return begun.results[name].result()
        except Silent as why:
            raise Blocked(f"the server fell silent while its limits were used up: {why}") from why

    @prepared
    def _begun(self) -> "Begun":
        """A course and a certificate to ask about."""
        stage, public = self._trial.stage, self._trial.public
        course, code = str(stage.course["id"]), str(stage.valid["code"])
        issuer = reached(self._trial, earned(self._trial).issuer)
        misses = [public.get(f"/api/{path}/{unknown_code()}") for path in ("v1/verify", "obi/assertion")]
        with ThreadPoolExecutor() as pool:
            results = {"key": pool.submit(self._key), "address": pool.submit(self._address, course, code, issuer)}
            if self._trial.with_other_key is not None:
                results["tests"] = pool.submit(self._tests)
        with ThreadPoolExecutor() as pool:  # not before the others, for it may count as one of them
            results["wrong keys"] = pool.submit(self._wrong_keys)
        return Begun(results, misses)

    def _key(self) -> Spent:
        academy, other = self._trial.academy, self._trial.with_other_key

        def ask(turn: int) -> Answer:
            path = ("/api/v1/courses?limit=1", f"/api/v1/certificates/{unknown_code()}")[turn % 2]
            return (
                academy.get(path, patient=False)
                if turn % 3
                else academy.post("/api/v1/courses", json={}, patient=False)
            )

        def halfway(spent: Spent) -> None:
            if other is not None:  # whose tests are used up by now
                spent.meanwhile["test"] = academy.post("/api/v1/webhooks/test", patient=False)
                spent.between = 1

        def used_up(spent: Spent) -> None:
            if other is not None:
                spent.meanwhile["other organization"] = other.get("/api/v1/courses?limit=1", patient=False)

        # Not used up again in the end: order has to be left behind, and that takes requests.
        return spend("requests with a key", KEY, ask, halfway, used_up, most_after=3)

    def _address(self, course: str, code: str, issuer: str) -> Spent:
        public = self._trial.public
        kinds = {
            "verify": f"/api/v1/verify/{code}",
            "assertion": f"/api/obi/assertion/{code}",
            "badge class": f"/api/obi/badge-class/{course}",
            "picture": f"/api/obi/badge-class/{course}/image",
            "issuer": issuer,
        }

        def one(kind: str) -> Answer:
            if kind == "claim":
                return public.post("/api/v1/claims", json={"token": "no token"}, patient=False)
            return public.get(kinds[kind], patient=False)

        names = [*kinds, "claim"]

        def ask(turn: int) -> Answer:
            # Assertions of a certificate that nobody has claimed are misses, which are not to be used up as well.
            return one(names[turn % len(names)] if turn < ADDRESS // 2 else "verify")

        def used_up(spent: Spent) -> None:
            spent.meanwhile = {name: one(name) for name in names}
            spent.meanwhile["forwarded"] = public.get(kinds["verify"], headers=ELSEWHERE, patient=False)

        return spend("public requests", ADDRESS, ask, lambda _spent: None, used_up)

    def _tests(self) -> Spent:
        def ask(_turn: int) -> Answer:
            return self._trial.other.post("/api/v1/webhooks/test", patient=False)

        return spend("tests of webhooks", TESTS, ask, lambda _spent: None, lambda _spent: None, pause=PAUSE / 3)

    def _wrong_keys(self) -> Spent:
        def ask(_turn: int) -> Answer:
            return self._trial.public.get("/api/v1/courses", headers=WRONG_KEY, patient=False)

        first = ask(0)
        limit = number(first, HEADERS[0]) if HEADERS[0] in first.headers else KEY
        return Spent(limit, [first], until_refused(ask, 1, min(limit, 2 * KEY) + SOME_MORE))


def spending(trial: "Trial") -> Spending:
    """That of this trial."""
    made = trial.stage.made.setdefault("spending", Spending(trial))
    assert isinstance(made, Spending)  # for mypy: nothing else is ever put there
    return made
