"""One document of a badge: from what its address answered to an object, or to the reason why there is none."""

from collections.abc import Mapping
from dataclasses import replace

from .badge import Read, State
from .json_text import NotJson, parsed
from .links import entry_role
from .node import Node
from .values import authority, is_web_address
from .web import Answer, Fetched, Unread

OK, GONE, TOO_MANY, SERVER_ERROR = 200, 410, 429, 500


def document(answers: Mapping[str, Answer], url: str, role: str) -> Read:
    """What an address holds. Without a role it is what its type says."""
    if url not in answers:
        return Read(url, role, State.WANTED)
    answer = answers[url]
    if not isinstance(answer, Fetched):
        why = answer.why if isinstance(answer, Unread) else "could not be read"
        return Read(url, role, State.UNREACHABLE, why)
    if answer.status == TOO_MANY or answer.status >= SERVER_ERROR:
        return Read(url, role, State.UNREACHABLE, f"answered {answer.status}", answer)
    if answer.status == OK or (answer.status == GONE and role in ("", "Assertion")):
        return _parsed(url, role, answer)
    return Read(url, role, State.MISSING, f"answered {answer.status}", answer)


def _parsed(url: str, role: str, answer: Fetched) -> Read:
    is_gone = answer.status == GONE
    try:
        content = parsed(answer.body)
    except NotJson as error:
        return Read(url, role or "Assertion", State.GONE if is_gone else State.NOT_JSON, str(error), answer)
    node = Node(role, url, "", content.value, is_hosted=True)
    role = role or entry_role(node)
    if is_gone and role != "Assertion":
        return Read(url, role, State.MISSING, f"answered {GONE}", answer)
    is_revoked = role == "Assertion" and (is_gone or node.of("revoked") is True)
    node = replace(node, role="Revoked" if is_revoked else role)
    return Read(url, role, State.GONE if is_gone else State.READ, "", answer, node, content.repeated)


def is_elsewhere(node: Node, url: str) -> bool:
    """Whether a document calls itself by another address. A port that goes without saying makes no other.

    >>> is_elsewhere(Node("Issuer", "", "", {"id": "https://Example.org:443/i"}), "https://example.org/i")
    False
    """
    id = node.id
    if id is None or not is_web_address(id) or id == url:
        return False
    return (authority(id), id.split("/", 3)[3:]) != (authority(url), url.split("/", 3)[3:])
