"""What Schemathesis reports, cut up by operation: what each answered, and what was wrong with it, in our words."""

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

NETWORK_FAULTS = ("ConnectionError", "Timeout", "ReadTimeout", "ChunkedEncodingError", "ServerUnavailable")
"""Its words for an answer that did not come. The request that it did not come to is on record."""
ENDINGS = ("completed", "server_unavailable")
"""Why it stops that has nothing to do with itself."""
WORDS = {
    "ServerError": "a request of any kind is not to end in a fault of the server's own",
    "ContentTypeServerError": "a request of any media type is not to end in a fault of the server's own",
    "UndefinedStatusCode": "the contract declares no such status for it",
    "MissingContentType": "the answer has a body of no declared type: it lacks Content-Type",
    "UndefinedContentType": "the contract declares no such media type for it",
    "MalformedMediaType": "the Content-Type is none",
    "MissingHeaders": "the answer lacks a header that the contract requires",
    "JsonSchemaError": "the answer is not as the contract describes it",
    "MalformedJson": "the body is no JSON",
    "ContentDeserializationError": "the body is not of the type that it is said to be",
    "AcceptedNegativeData": "the request is one that the contract forbids, and it is not refused as such",
    "RejectedPositiveData": "the request is one that the contract allows, and it is refused",
    "MissingHeaderNotRejected": "the request lacks a required header, and it is not refused as such",
    "UnsupportedMethodResponse": "the path has no such method, which 405 and `Allow` are to say",
    "AllowHeaderMismatch": "`Allow` names other methods than the path has",
    "UseAfterFree": "the thing was removed before, and it is still there",
    "EnsureResourceAvailability": "the thing was made just before, and it is not there",
    "IgnoredAuth": "the operation asks for a key, and the request had none that is in force",
}
"""What each of its findings means."""
SAYS_IT_ALL = frozenset({"ServerError", "MissingContentType", "MalformedMediaType", "RejectedPositiveData"})
"""Findings to whose words its own message adds nothing that the answer does not show."""
LONGEST_DETAIL = 300


@dataclass(frozen=True)
class Sent:
    """A request of Schemathesis's, and what came back."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    status: int | None
    """None where no answer came."""
    answer_headers: Mapping[str, str]
    answer: bytes
    seconds: float


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong with an operation."""

    kind: str
    words: str
    walk: tuple[Sent, ...]
    """The request that shows it, and before it those that it goes on from."""


@dataclass
class Findings:
    """What a run found, by the operation's label, such as `GET /api/v1/courses`."""

    wrong: dict[str, list[Wrong]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """How often each status was answered to the operation's own method."""
    faults: list[str] = field(default_factory=list)
    """What went wrong in Schemathesis itself."""
    own_fault: str = ""
    """Why it did not look at everything, if it is to blame."""
    has_ended: bool = False
    """Whether it came to its end, or to the server's."""


def findings(lines: Iterable[str]) -> Findings:
    """The findings of a report: events as JSON, one a line. Of each kind an operation has one, the shortest way to it."""
    found = Findings()
    for line in lines:
        ((event, told),) = json.loads(line).items()
        if event == "ScenarioFinished":
            _read_scenario(found, told["recorder"], walks=told["phase"] == "stateful")
        elif event == "FatalError" or (event == "NonFatalError" and told["value"]["type"] not in NETWORK_FAULTS):
            found.faults.append(f"{told.get('label', '')}: {json.dumps(told.get('value', told), ensure_ascii=False)}")
        elif event == "EngineFinished":
            found.has_ended = told["stop_reason"] in ENDINGS
    return found


def _read_scenario(found: Findings, recorder: Mapping[str, Any], *, walks: bool) -> None:
    """A scenario is one operation's, or a walk from one to another; also asked are methods that no operation has."""
    cases, interactions = recorder.get("cases", {}), recorder.get("interactions", {})
    for name, case in cases.items():
        own = f"{case['value']['method']} {case['value']['path']}"
        label = own if walks else recorder["label"]
        walk = tuple(_sent(interactions[step]) for step in _steps(cases, name) if step in interactions)
        if not walk:
            continue
        if own == label and walk[-1].status is not None:
            found.statuses[label][walk[-1].status] += 1
        for wrong in _wrong(recorder.get("checks", {}).get(name, ()), walk):
            _keep(found.wrong[label], wrong, label)


def _wrong(checks: Iterable[Mapping[str, Any]], walk: tuple[Sent, ...]) -> Iterator[Wrong]:
    if walk[-1].status is None:
        yield Wrong("Silent", "no answer came", walk)
    for check in checks:
        if check["status"] != "success" and check.get("failure_info"):
            failure = check["failure_info"]["failure"]
            yield Wrong(failure["type"], words(failure), walk)


def words(failure: Mapping[str, Any]) -> str:
    """What a failure means, for a stranger.

    >>> words({"type": "MissingHeaders", "title": "…", "message": "The answer has no `Vary`."})
    'the answer lacks a header that the contract requires (The answer has no `Vary`.)'
    """
    meaning = WORDS.get(failure["type"], str(failure["title"]))
    detail = " ".join(str(failure["message"]).partition("\n\n")[0].split())
    if failure["type"] in SAYS_IT_ALL or not detail:
        return meaning
    return f"{meaning} ({detail[:LONGEST_DETAIL]})"


def _keep(kept: list[Wrong], wrong: Wrong, label: str) -> None:
    def length(each: Wrong) -> tuple[bool, int]:
        is_of_another_method = not label.startswith(f"{each.walk[-1].method} ")
        return is_of_another_method, sum(len(sent.url) + len(sent.body) + len(sent.headers) for sent in each.walk)

    same = next((each for each in kept if each.kind == wrong.kind), None)
    if same is None:
        kept.append(wrong)
    elif length(wrong) < length(same):
        kept[kept.index(same)] = wrong


def _steps(cases: Mapping[str, Any], name: str) -> list[str]:
    """A case and those that it goes on from, the first of them first."""
    steps = [name]
    while (before := cases[steps[0]].get("parent_id")) in cases and before not in steps:
        steps.insert(0, before)
    return steps


def _sent(interaction: Mapping[str, Any]) -> Sent:
    asked, answered = interaction["request"], interaction.get("response")
    return Sent(
        method=asked["method"],
        url=asked["uri"],
        headers=_headers(asked["headers"]),
        body=_bytes(asked.get("body")),
        status=answered["status_code"] if answered else None,
        answer_headers=_headers(answered["headers"]) if answered else {},
        answer=_bytes(answered.get("content")) if answered else b"",
        seconds=answered["elapsed"] if answered else 0.0,
    )


def _headers(listed: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {name: ", ".join(values) for name, values in listed.items()}


def _bytes(written: Any) -> bytes:  # noqa: ANN401  # bytes as the report has them: base64 in an object, or nothing
    if isinstance(written, dict):
        return base64.b64decode(written.get("$base64", ""))
    return str(written).encode() if written is not None else b""
