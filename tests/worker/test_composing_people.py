"""Letters to people who sign in: from us, with one link that opens what it is for, and names that do nothing."""

from datetime import timedelta
from uuid import UUID

import pytest

from rules import account_links
from rules.account_links import AccountLink, Purpose
from services.mails import LeasedMail
from tests.worker.test_composing import (
    ACADEMY,
    BASE,
    HOSTILE,
    KEYRING,
    NOW,
    SENDER,
    TURNED,
    Words,
    composed,
    leased,
    part,
)

STATE = account_links.state("as it was")
PAGES: dict[Purpose, str] = {"invitation": "/dashboard/invitation/", "password_reset": "/dashboard/reset/"}
EITHER = pytest.mark.parametrize("kind", ["invitation", "password_reset"])


def to_person(kind: Purpose, *, inviter: str = "Olivia Owner", academy: str = "Example Academy") -> LeasedMail:
    link = AccountLink(kind, UUID(int=8), STATE)
    facts = {"inviter": inviter, "membership_id": str(UUID(int=8))}
    return leased(kind, certificate=None, facts=facts, link=link, organization=ACADEMY._replace(name=academy))


@EITHER
def test_the_one_link_is_for_whom_it_is_sent_to_from_now_on(kind: Purpose) -> None:
    later = NOW + timedelta(days=3)
    mail = composed(to_person(kind), later)
    (link,) = Words(part(mail, "html")).links
    assert link.startswith(BASE + PAGES[kind])
    assert link in part(mail, "plain")
    token = link.rpartition("/")[2]
    end = later + account_links.LIFETIME[kind]
    keys = KEYRING.keys_of("account links")[:1]
    found = account_links.read(token, keys, kind, end - timedelta(seconds=1))
    assert found == AccountLink(kind, UUID(int=8), STATE)


@EITHER
def test_it_comes_from_us_and_not_from_the_academy(kind: Purpose) -> None:
    mail = composed(to_person(kind))
    assert [(one.display_name, one.addr_spec) for one in mail["From"].addresses] == [("TrueCerta", SENDER)]
    assert "Reply-To" not in mail


def test_whoever_did_not_change_a_password_is_told_what_to_do() -> None:
    mail = composed(leased("password_changed", certificate=None, facts={}, link=None))
    assert mail["Subject"] == "Your password for TrueCerta was changed"
    assert mail["From"].addresses[0].addr_spec == SENDER
    assert Words(part(mail, "html")).links == [f"{BASE}/dashboard/reset"]
    assert f"{BASE}/dashboard/reset\n" in part(mail, "plain").replace("\r", "")


def test_an_invitation_says_who_invites_where_to() -> None:
    mail = composed(to_person("invitation"))
    assert mail["Subject"] == "Join Example Academy on TrueCerta"
    for said in (part(mail, "plain"), Words(part(mail, "html")).said):
        assert "Olivia Owner has invited you to the team of Example Academy" in said
        assert "until 22 March 2026" in said
    again = part(composed(to_person("invitation", inviter="")), "plain")
    assert "You are invited to the team of Example Academy" in again


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_shown_as_it_is_and_does_nothing(name: str) -> None:
    usual, mail = composed(to_person("invitation")), composed(to_person("invitation", inviter=name, academy=name))
    assert mail.keys() == usual.keys()
    assert mail["Subject"] == f"Join {name} on TrueCerta"
    assert f"{name} has invited you to the team of {name} on" in part(mail, "plain")
    html = Words(part(mail, "html"))
    assert html.tags == Words(part(usual, "html")).tags
    assert f"{name} has invited you" in html.said


@pytest.mark.parametrize(("name", "shown"), TURNED.items())
def test_a_name_turns_nothing_around(name: str, shown: str) -> None:
    assert f"{shown} has invited you to" in part(composed(to_person("invitation", inviter=name)), "plain")
