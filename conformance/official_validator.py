"""What the official validator of Open Badges 2.0 says of badges: `python conformance/official_validator.py URL…`.

It runs under the Python of an environment made from requirements/open-badges-validator.txt, which shares nothing with
any other, and imports nothing else of this suite. It asks only servers on this machine (`--online` lifts that): the
context of Open Badges, which is on the web, comes out of the validator's own package.

Exit status: 0 all are valid, 1 one of them is invalid, 2 could not tell.
"""

import argparse
import io
import ipaddress
import json
import logging
import os
import socket
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

VALID, INVALID, COULD_NOT_TELL = range(3)

Report = dict[str, Any]


def main(arguments: list[str] | None = None) -> int:
    """Judge badges, and say so in lines or as JSON: an object for one, a list of them for several."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0] + ".")
    parser.add_argument(
        "source",
        nargs="+",
        help="the address of an assertion, a badge class or an issuer; or a file with a badge: PNG, SVG, JSON or JWS",
    )
    parser.add_argument("--recipient", metavar="EMAIL", help="whose badge it has to be; validators do not fold case")
    parser.add_argument("--json", action="store_true", help="answer as JSON, with every document that was read")
    parser.add_argument("--online", action="store_true", help="ask servers elsewhere, too")
    parser.add_argument("--public", action="store_true", help="ask servers at public addresses, and no others")
    asked = parser.parse_args(arguments)
    warnings.simplefilter("ignore")  # of a library of 2017 under a Python of today
    logging.disable()
    try:
        route_requests(may_ask=is_public if asked.public else anywhere if asked.online else is_here)
        reports = [judged(source, asked.recipient) for source in asked.source]
    except ImportError as missing:
        print(f"{missing}: run this with the environment of requirements/open-badges-validator.txt.", file=sys.stderr)
        return COULD_NOT_TELL
    except OSError as unread:
        print(f"{unread.filename} cannot be read: {unread.strerror}.", file=sys.stderr)
        return COULD_NOT_TELL
    if asked.json:
        print(json.dumps(reports[0] if len(reports) == 1 else reports, indent=1))
    else:
        print("\n".join(map(in_words, reports)))
    return VALID if all(report["valid"] for report in reports) else INVALID


def judged(source: str, recipient: str | None = None) -> Report:
    """The validator's verdict: whether it is valid, each message, and what it read; and whether the badge says `revoked`.

    Where the validator itself breaks down, the badge is invalid and the message says what happened.
    """
    from openbadges.verifier import verify  # type: ignore[import-not-found]  # noqa: PLC0415  # only in its environment

    profile = None if recipient is None else {"email": recipient}
    badge = given(source)
    try:
        found: Mapping[str, Any] = verify(badge, recipient_profile=profile)
    except Exception as broke:  # noqa: BLE001  # of an old library nobody knows what it raises
        messages = [{"messageLevel": "ERROR", "result": f"The validator broke down: {broke!r}"}]
        found = {"report": {"valid": False, "errorCount": 1, "warningCount": 0, "messages": messages}, "graph": []}
    revoked = [node for node in found["graph"] if node.get("id") == source and node.get("revoked")]
    reason = revoked[0].get("revocationReason", "") if revoked else None
    return {**found["report"], "url": source, "revoked": reason, "graph": found["graph"]}


def given(source: str) -> Any:  # noqa: ANN401  # what the validator takes: a text, or an open image
    """What an argument stands for: an address is itself, a file is what it holds."""
    if urlsplit(source).scheme in ("http", "https"):
        return source
    content = Path(source).read_bytes()
    return io.BytesIO(content) if content.startswith((b"\x89PNG", b"<")) else content.decode(errors="replace").strip()


def in_words(report: Report) -> str:
    """The verdict first, then each message."""
    verdict = "valid" if report["valid"] else "INVALID"
    lines = [f"{report['url']}: {verdict}, {report['errorCount']} errors, {report['warningCount']} warnings"]
    lines += [f"  REVOKED: {report['revoked']}"] if report["revoked"] is not None else []
    lines += [f"  {message['messageLevel']}: {message['result']}" for message in report["messages"]]
    return "\n".join(lines)


def route_requests(*, may_ask: Callable[[str], bool]) -> None:
    """From now on the context is answered from the package, and requests reach only what may be asked."""
    import requests  # noqa: PLC0415  # only in the validator's environment
    from openbadges.verifier import openbadges_context as context  # noqa: PLC0415

    if may_ask is not anywhere:
        os.environ["NO_PROXY"] = "*"
    known = {context.OPENBADGES_CONTEXT_V2_URI: json.dumps(context.OPENBADGES_CONTEXT_V2_DICT).encode()}
    go_out: Callable[..., Any] = requests.adapters.HTTPAdapter.send

    def send(adapter: Any, request: Any, **options: Any) -> Any:  # noqa: ANN401  # requests has no types of its own
        if request.url in known:
            answer = requests.Response()
            answer.status_code, answer.request, answer.url = 200, request, request.url
            answer._content = known[request.url]
            answer.headers["Content-Type"] = "application/ld+json"
            return answer
        if not may_ask(request.url):
            raise requests.ConnectionError(f"{request.url} is not to be asked.")
        return go_out(adapter, request, **options)

    setattr(requests.adapters.HTTPAdapter, "send", send)  # noqa: B010  # no type checker likes what this does


def anywhere(_url: str) -> bool:
    """Every address may be asked."""
    return True


def is_public(url: str) -> bool:
    """Whether all that an address leads to is public. Looked up before the request is made, not with it.

    >>> is_public("http://127.0.0.1:8000/x"), is_public("http://10.0.0.1/"), is_public("http://93.184.216.34/")
    (False, False, True)
    """
    try:
        found = socket.getaddrinfo(urlsplit(url).hostname, None)
    except OSError:
        return False
    return all(ipaddress.ip_address(entry[4][0]).is_global for entry in found)


def is_here(url: str) -> bool:
    """Whether an address leads to this machine.

    >>> is_here("http://127.0.0.1:8000/x"), is_here("http://localhost/"), is_here("https://example.com/")
    (True, True, False)
    """
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


if __name__ == "__main__":
    sys.exit(main())
