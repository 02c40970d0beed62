"""Real things to ask a server about: most of what is asked at random does not exist."""

from dataclasses import dataclass

import httpx

CREATED = httpx.codes.CREATED


class NotReadyError(Exception):
    """Why a server cannot be judged, in a sentence."""


@dataclass(frozen=True)
class Samples:
    """Ids and codes that exist on the server."""

    course_ids: tuple[str, ...]
    codes: tuple[str, ...]
    organization_ids: tuple[str, ...]
    claimed: tuple[str, ...] = ()


def prepare(client: httpx.Client, course_id: str | None = None, claimed: tuple[str, ...] = ()) -> Samples:
    """A course (created unless one is named), a certificate of it, and who issued it.

    `client` carries an API key; `claimed` are codes of certificates that their holders claimed, which have assertions.
    """
    course = course_id or _created(client, "/api/v1/courses", {"name": "Conformance"})["id"]
    holder = {"holder_name": "Jane Doe", "holder_email": "jane@example.com"}
    certificate = _created(client, "/api/v1/certificates", {"course_id": course, **holder})
    badge = client.get(f"/api/obi/badge-class/{course}").json()
    issuer = str(badge.get("issuer", "")).rpartition("/")[2]
    return Samples((course,), (certificate["code"],), (issuer,) if issuer else (), claimed)


def _created(client: httpx.Client, path: str, body: dict[str, str]) -> dict[str, str]:
    answer = client.post(path, json=body)
    if answer.status_code != CREATED:
        raise NotReadyError(f"POST {path} answers {answer.status_code} to valid data: {answer.text[:300]}")
    made: dict[str, str] = answer.json()["data"]
    return made
