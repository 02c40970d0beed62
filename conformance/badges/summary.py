"""What a badge says of itself: who gives what to whom, and when. Texts of strangers, made fit to be shown."""

from dataclasses import dataclass

from .badge import Badge
from .node import Node
from .values import authority, is_digest

LONGEST = 100
_RULE = "recipient-does-not-match"


@dataclass(frozen=True)
class Summary:
    """Each is None where the badge does not say it, or is of a kind that has nothing of the sort."""

    issuer: str | None
    issuer_host: str | None
    """Where the issuer's profile was read: a name anybody can choose, a host nobody else has."""
    badge: str | None
    issued_on: str | None
    expires: str | None
    recipient: str | None
    """Whether it was compared whose badge it is, in words."""
    is_recipient_compared: bool


def summary(badge: Badge, broken: list[str]) -> Summary:
    """What there is to show of a badge. `broken` are the rules that it does not meet."""
    awarded = badge.subject if badge.subject and badge.subject.role in ("Assertion", "Endorsement") else None
    issuer = badge.first("Issuer") or badge.first("Endorser")
    words, is_compared = _recipient(badge, is_other=_RULE in broken)
    return Summary(
        issuer=_text(issuer, "name"),
        issuer_host=_host(issuer),
        badge=_text(badge.first("BadgeClass"), "name"),
        issued_on=_text(awarded, "issuedOn"),
        expires=_text(awarded, "expires"),
        recipient=words,
        is_recipient_compared=is_compared,
    )


def shown(text: str) -> str:
    r"""A stranger's text in one line, without anything that a terminal would obey, and cut where it has no end.

    >>> shown("Robotics\n II"), shown("\x1b[2J"), len(shown("x" * 1000))
    ('Robotics II', '\ufffd[2J', 100)
    """
    beginning = " ".join(text[: 10 * LONGEST].split())
    cut = beginning if len(beginning) <= LONGEST else beginning[: LONGEST - 1] + "…"
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in cut)


def _text(node: Node | None, name: str) -> str | None:
    text = node.text(name) if node else None
    return shown(text) if text and text.strip() else None


def _host(issuer: Node | None) -> str | None:
    host = authority(issuer.document) if issuer and issuer.is_hosted else None
    return shown(host) if host else None


def _recipient(badge: Badge, *, is_other: bool) -> tuple[str | None, bool]:
    """Whose badge it is, in words, and whether that was compared."""
    expected, identity = badge.chain.recipient, badge.first("IdentityObject")
    text = identity.text("identity") if identity else None
    if badge.subject is None or badge.subject.role == "Revoked":
        return None, False
    if identity is None or not text or (identity.of("hashed") is True and not is_digest(text)):
        return ("not compared: it names nobody" if expected else None), False
    if expected:
        return f"compared, {'and not' if is_other else 'it is'} {shown(expected)}", True
    return f"{'hashed' if is_digest(text) else shown(text)}, not compared; use --recipient", False
