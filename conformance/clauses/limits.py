"""Limits: how much may be asked, what is told of it, and when one may come again."""

from itertools import pairwise

from ..answers import Answer
from ..budgets import HEADERS, WINDOW, Spent, number
from ..clause import must
from ..contract import ERROR_STATUSES
from ..findings import require
from ..spending import ADDRESS, KEY, TESTS, spending
from ..trial import Trial

LIMIT, REMAINING, RESET = HEADERS
LIMITED = ERROR_STATUSES["rate_limited"]
TOLD = "rulings/limits/told"


def _expect_exact(spent: Spent, documented: int, whose: str) -> None:
    """As many are taken as there are, all at once, and the next is refused."""
    first = spent.before[0]
    limit = number(first, LIMIT)
    require(limit == documented, f"{LIMIT} on {whose} is {limit}, not {documented}", first)
    answers = [*spent.before, *spent.then]
    refused = next((place for place, answer in enumerate(answers) if answer.status == LIMITED), len(answers))
    taken, left = refused + spent.between, number(first, REMAINING) + 1
    if taken > left:
        raise answers[-1].not_met(f"{whose} had {left} requests left in this minute, and {taken} were taken")
    if taken < left:
        raise answers[refused].not_met(
            f"{whose} had {left} requests left in this minute, and after {taken} it is refused"
        )


@must("limits/key", "reference/rate-limits/key", "rulings/limits/key", "rulings/limits/burst", "openapi.yaml#/info")
def key(trial: Trial) -> None:
    """A key may make 120 requests in a minute, all of them at once, whatever comes of each; the next is refused."""
    _expect_exact(spending(trial).key, KEY, "a key")


@must(
    "limits/address",
    "reference/rate-limits/address",
    "rulings/limits/address",
    "rulings/limits/burst",
    "openapi.yaml#/info",
)
def address(trial: Trial) -> None:
    """An address may make 60 public requests in a minute, all of them at once; the next is refused."""
    _expect_exact(spending(trial).address, ADDRESS, "an address")


@must("limits/together", "reference/rate-limits/address", "rulings/limits/together", "rulings/claiming/counted")
def together(trial: Trial) -> None:
    """Verification, badge documents, their pictures and claims are counted together: once that is used up, all are."""
    spent = spending(trial).address
    _expect_one_by_one(spent)
    for name, answer in spent.meanwhile.items():
        if answer.status != LIMITED and name != "forwarded":
            raise answer.not_met(f"the limit of this address is used up, and it answers {answer.status} ({name})")


@must(
    "limits/webhook-tests", "reference/rate-limits/webhook-tests", "rulings/limits/webhook-tests", "openapi.yaml#/info"
)
def webhook_tests(trial: Trial) -> None:
    """An organization may test its webhooks five times in a minute; the sixth is refused."""
    _expect_exact(spending(trial).tests, TESTS, "an organization's tests of webhooks")


@must(
    "limits/other-organization",
    "reference/rate-limits/key",
    "reference/rate-limits/webhook-tests",
    "rulings/limits/key",
    "rulings/limits/webhook-tests",
)
def other_organization(trial: Trial) -> None:
    """What one organization has used up, another one still has: requests with its key, and tests of its webhooks."""
    spent = spending(trial)
    _ = spent.tests
    for what in ("test", "other organization"):
        answer = spent.key.meanwhile.get(what)
        if answer is not None and answer.status == LIMITED:
            raise answer.not_met("it is refused since another organization has used up its own limit")


@must("limits/remaining", TOLD, "openapi.yaml#/components/headers/X-RateLimit-Remaining")
def remaining(trial: Trial) -> None:
    """Every counted answer tells how many more are taken: one less each time, whether it is a success or an error."""
    spent = spending(trial)
    for budget in (spent.key, spent.address):
        _expect_one_by_one(budget)


def _expect_one_by_one(spent: Spent) -> None:
    for answers in (spent.before, [each for each in spent.then if each.status != LIMITED]):
        for earlier, later in pairwise(answers):
            left, before = number(later, REMAINING), number(earlier, REMAINING)
            if left != before - 1:
                raise later.not_met(f"{REMAINING} is {left} ({later.status}), and was {before} one request before")


@must(
    "limits/headers",
    TOLD,
    "openapi.yaml#/components/headers/X-RateLimit-Limit",
    "openapi.yaml#/components/headers/X-RateLimit-Reset",
)
def headers(trial: Trial) -> None:
    """Every counted answer has `X-RateLimit-Limit`, `-Remaining` and `-Reset`, the last in seconds and at most a minute.

    That holds for errors too, and for what is refused.
    """
    spent = spending(trial)
    for budget in (spent.key, spent.address):
        for answer in (*budget.before, *budget.then):
            limit, left, reset = (number(answer, name) for name in HEADERS)
            told = f"{LIMIT} {limit}, {REMAINING} {left}, {RESET} {reset}"
            if limit != budget.limit or not left < limit or not 0 < reset <= WINDOW:
                raise answer.not_met(f"its headers cannot be true: {told}")


@must(
    "limits/refusal",
    "reference/rate-limits/refusal",
    "reference/error-handling/rate-limited",
    "rulings/limits/retry-after",
    "rulings/shapes/rate-limited",
    "openapi.yaml#/components/responses/RateLimited",
    "RFC 6585, 4",
)
def refusal(trial: Trial) -> None:
    """What is one too many is 429 `rate_limited`, with the seconds to wait in `Retry-After`, and nothing remains."""
    spent = spending(trial)
    for budget in (spent.key, spent.address):
        _expect_refused(budget.refusal)


def _expect_refused(answer: Answer) -> None:
    answer.expect_error("rate_limited").expect_described()
    told, left = number(answer, "Retry-After"), number(answer, REMAINING)
    if not 0 < told <= WINDOW:
        raise answer.not_met(f"Retry-After is {told}, and the window is a minute")
    if left != 0:
        raise answer.not_met(f"it is refused, and {REMAINING} is {left}")


@must("limits/retry-after", "rulings/limits/retry-after", "openapi.yaml#/components/headers/Retry-After")
def retry_after(trial: Trial) -> None:
    """Whoever waits as long as `Retry-After` says is taken again, for keys as for addresses."""
    spent = spending(trial)
    for budget in (spent.key, spent.address):
        told = number(budget.refusal, "Retry-After")
        if not budget.after:
            raise budget.refusal.not_met("the limit is used up, and it is not refused")
        if budget.after[0].status == LIMITED:
            raise budget.after[0].not_met(f"it is refused {told} s after a refusal whose Retry-After was {told}")


@must("limits/sliding", "rulings/limits/sliding", "openapi.yaml#/components/headers/X-RateLimit-Reset")
def sliding(trial: Trial) -> None:
    """In no 60 seconds more than the limit is taken, wherever they begin.

    Nothing is taken before the time that was told; then as much as is older than a minute, and not the whole limit anew.
    """
    spent = spending(trial)
    for budget in (spent.key, spent.address):
        if budget.early is None:
            raise budget.refusal.not_met("the limit is used up, and it is not refused")
        if budget.early.status != LIMITED:
            raise budget.early.not_met("it is taken half-way through the time that Retry-After told to wait")
        young = sum(answer.status != LIMITED for answer in budget.then)
        taken = sum(answer.status != LIMITED for answer in budget.after)
        told = number(budget.after[0], REMAINING) + 1 if taken else 0
        if young + max(taken, told) > budget.limit:
            raise budget.after[-1].not_met(
                f"it takes {max(taken, told)} more, and has taken {young} within the last minute: "
                f"{young + max(taken, told)} together, {budget.limit} at most"
            )


@must("limits/refused-keys", "rulings/limits/refused-keys", "openapi.yaml#/components/responses/Unauthorized")
def refused_keys(trial: Trial) -> None:
    """Keys that are none are counted for their address: whoever tries one after the other is refused (429) before long."""
    _ = spending(trial).address  # a server without limits has none on this either
    spent = spending(trial).wrong_keys
    for answer in (*spent.before, *spent.then):
        answer.expect(401, LIMITED)
    if spent.refusal.status != LIMITED:
        raise spent.refusal.not_met(f"{1 + len(spent.then)} wrong keys were tried within a minute, and more are heard")
    _expect_refused(spent.refusal)


@must("limits/misses", "rulings/codes/misses-alike", TOLD)
def misses(trial: Trial) -> None:
    """A code that nobody has looks the same to verification and to badges, and tells nothing of the budget for misses.

    Both answers tell of the address's limit.
    """
    spent = spending(trial)
    _ = spent.address
    for answer in spent.misses:
        answer.expect_error("not_found")
        require(number(answer, LIMIT) == ADDRESS, f"GET {answer.path}: {LIMIT} is {answer.header(LIMIT)}", answer)
    verified, asserted = spent.misses
    same = verified.member("error.message") == asserted.member("error.message")
    require(same, f"GET {asserted.path}: this 404 reads otherwise than that of verification", asserted)


@must("limits/forwarded-for", "rulings/limits/proxies")
def forwarded_for(trial: Trial) -> None:
    """Nobody gets a new limit by naming another address: `X-Forwarded-For` is believed from trusted proxies only."""
    answer = spending(trial).address.meanwhile.get("forwarded")
    if answer is not None and answer.status != LIMITED:
        raise answer.not_met("the limit of this address is used up, and with an X-Forwarded-For it is taken")


@must(
    "limits/exposed",
    "rulings/limits/exposed",
    "openapi.yaml#/components/responses/RateLimited",
    "Fetch Standard, CORS protocol",
)
def exposed(trial: Trial) -> None:
    """Scripts may read what is left, and when to come again: public answers, the 429 among them, expose these headers."""
    spent = spending(trial).address
    for answer in (spent.before[0], spent.refusal):
        told = {each.strip().lower() for each in answer.header("Access-Control-Expose-Headers").split(",")}
        wanted = (*HEADERS, "Retry-After") if answer.status == LIMITED else HEADERS
        hidden = [name for name in wanted if name.lower() not in told and "*" not in told]
        require(not hidden, f"GET {answer.path}: scripts cannot read {', '.join(hidden)}", answer)
        if answer.header("Access-Control-Allow-Origin") != "*":
            raise answer.not_met("scripts cannot read it at all")
