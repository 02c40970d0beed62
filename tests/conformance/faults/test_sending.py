"""The words for events, the feed and mails do what they say."""

from email.message import EmailMessage

from conformance.signing import signature, standard_signature
from tests.conformance.faults.breaking import drop, sent
from tests.conformance.faults.messages import Memory, Reply, Request
from tests.conformance.faults.sending import PREVIOUS, SIGNATURE, STANDARD, events, lost, told, writing

NEW, OLD = "whsec_bmV3", "whsec_b2xk"
ADDRESS = "/truecerta-conformance/1/watched"
EVENT = {"event": "certificate.issued", "data": {"certificate": {"code": "TRC-ACA-26-F5N8K3", "course_name": "Web"}}}


def memory() -> Memory:
    return Memory(secrets={ADDRESS: [NEW, OLD]})


def event(*headers: str) -> Request:
    made = Request([("webhook-id", "1"), ("webhook-timestamp", "2"), *((name, "x") for name in headers)], method="POST")
    made.target, made.json = ADDRESS, EVENT
    return made


def arrived(headers: tuple[str, ...], address: str = ADDRESS) -> Request:
    """What a receiver is sent of an event without its course."""
    seen: list[Request] = []

    def keep(each: Request) -> Reply:
        seen.append(each)
        return Reply()

    request = event(*headers)
    request.target = address
    events(drop("data.certificate.course_name"))(request, keep, memory())
    return seen[0]


def test_an_altered_event_is_signed_as_it_is_then() -> None:
    found = arrived((SIGNATURE, STANDARD))
    assert found.json["data"]["certificate"] == {"code": "TRC-ACA-26-F5N8K3"}
    assert found.header(SIGNATURE) == signature(NEW, found.body)
    assert found.header(STANDARD) == standard_signature(NEW, "1", "2", found.body)
    assert not found.header(PREVIOUS)


def test_the_old_secret_signs_where_it_signed_before() -> None:
    found = arrived((SIGNATURE, PREVIOUS, STANDARD))
    assert found.header(PREVIOUS) == signature(OLD, found.body)
    assert found.header(STANDARD).split() == [standard_signature(each, "1", "2", found.body) for each in (NEW, OLD)]


def test_what_nobody_knows_the_secret_of_keeps_its_signature() -> None:
    assert arrived((SIGNATURE, STANDARD), "/elsewhere").header(SIGNATURE) == "x"


def test_a_lost_event_is_taken_and_never_arrives() -> None:
    rule = lost(sent("event", "certificate.issued"))
    reply = rule(event(), lambda _request: Reply(status=500), memory())
    assert reply.status == 200
    other = event()
    other.json = {**EVENT, "event": "certificate.claimed"}
    assert rule(other, lambda _request: Reply(status=500), memory()).status == 500


def test_a_page_of_the_feed_tells_other_events() -> None:
    page = Reply()
    page.json = {"data": [EVENT], "pagination": {"cursor": "1", "has_more": False}}
    rule = told(lambda each, _memory: [each, {**each, "event": "certificate.expired"}])
    found = rule(Request(target="/api/v1/events"), lambda _request: page, memory()).json
    assert [each["event"] for each in found["data"]] == ["certificate.issued", "certificate.expired"]
    assert found["pagination"]["cursor"] == "1"


def test_a_mail_is_written_otherwise_in_each_of_its_forms() -> None:
    mail = EmailMessage()
    mail["To"] = "jane@example.com"
    mail.set_content("Zoë, one\n")
    mail.add_alternative("<p>Zoë, one</p>\n", subtype="html")
    (found,) = writing(lambda text: text.replace("one", "two"))(mail, memory())
    assert [part.get_content() for part in found.iter_parts()] == ["Zoë, two\n", "<p>Zoë, two</p>\n"]
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
