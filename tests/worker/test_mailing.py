"""Mailing: every mail of the outbox arrives, however long the mail server is away, and no mail keeps another back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from structlog.testing import capture_logs

from models import Mail
from outgoing.post import MailRefused, NotOffered, Post, Result, Visit
from outgoing.smtp import SmtpPost
from rules.links import Links
from services import mails
from tests.mail_server import Inbox, serving
from tests.worker.at_work import alarming
from tests.worker.conftest import KEYRING, Outbox
from worker import mailing as worker_mailing
from worker import rounds
from worker.composing import Composer
from worker.mailing import AT_ONCE, Mailing

AWAY = MailRefused("The mail server localhost:25 cannot be used: refused.", for_good=False)


class Letterbox:
    """Takes mails, or says why not."""

    def __init__(self, *answers: Result) -> None:
        self.answers = list(answers)
        self.came: list[str] = []
        self.together: list[int] = []
        self.asked, self.may_go_on = asyncio.Semaphore(0), asyncio.Event()
        self.may_go_on.set()

    @asynccontextmanager
    async def visit(self) -> AsyncIterator[Visit]:
        """As a mail server does it."""
        self.together.append(0)
        yield self

    async def hand_over(self, mail: EmailMessage) -> Result:
        """In turn: each mail is taken once it may be, unless there is another answer."""
        self.together[-1] += 1
        self.asked.release()
        await self.may_go_on.wait()
        answer = self.answers.pop(0) if self.answers else None
        if answer is None:
            self.came.append(str(mail["To"]))
        return answer


@asynccontextmanager
async def mailing(post: Post) -> AsyncIterator[Composer]:
    """A worker sends mails meanwhile."""
    stop, composer = asyncio.Event(), Composer(Links("https://example.com"), KEYRING, "post@example.com")
    task = asyncio.create_task(Mailing(post, composer).run(stop))
    try:
        yield composer
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await condition():
            await asyncio.sleep(0.01)


async def all_sent() -> bool:
    return not await Mail.filter(due_at__isnull=False).exists()


async def is_untried(recipient: str) -> bool:
    return await Mail.filter(recipient=recipient, tries=0).exists()


async def test_each_mail_is_sent_once_a_few_at_a_time(outbox: Outbox) -> None:
    holders = [f"holder{number}@example.com" for number in range(2 * AT_ONCE + 1)]
    for holder in holders:
        await outbox.issue(holder)
    letterbox = Letterbox()
    async with mailing(letterbox):
        await until(all_sent)
    assert sorted(letterbox.came) == sorted(holders)
    assert letterbox.together == [AT_ONCE, AT_ONCE, 1]
    assert await Mail.filter(sent_at__isnull=True).count() == 0


async def test_a_mail_server_that_is_away_delays_mails(outbox: Outbox) -> None:
    await outbox.issue()
    letterbox = Letterbox(AWAY)

    async def tried() -> bool:
        return letterbox.together == [1] and not await is_untried("jane@example.com")

    with capture_logs() as logs:
        async with mailing(letterbox):
            await until(tried)
            await Mail.all().update(due_at=(await Mail.get()).created_at)  # as if time had passed
            await until(all_sent)
    assert letterbox.came == ["jane@example.com"]
    assert [entry["kind"] for entry in logs if entry["event"] == "mail sent"] == ["claim"]
    assert [(entry["event"], entry["count"], entry["reason"]) for entry in alarming(logs)] == [
        ("mails not taken", 1, AWAY.reason)
    ]


async def test_one_that_is_refused_for_good_is_not_sent_again(outbox: Outbox) -> None:
    await outbox.issue("nobody@example.com")
    await outbox.issue("jane@example.com")
    letterbox = Letterbox(MailRefused("550 <nobody@example.com> is unknown", for_good=True))
    with capture_logs() as logs:
        async with mailing(letterbox):
            await until(all_sent)
    assert letterbox.came == ["jane@example.com"]
    assert (await Mail.get(recipient="nobody@example.com")).gave_up_at is not None
    assert "nobody@" not in str(logs)


async def test_one_that_cannot_be_composed_keeps_no_other_back(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    compose = Composer.compose

    def picky(composer: Composer, mail: mails.LeasedMail, *more: object) -> EmailMessage:
        if mail.recipient.startswith("broken"):
            raise KeyError(mail.kind)
        return compose(composer, mail, *more)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(Composer, "compose", picky)
    await outbox.issue("broken@example.com")
    await outbox.issue("jane@example.com")
    letterbox = Letterbox()

    async def one_came() -> bool:
        return letterbox.came == ["jane@example.com"] and not await is_untried("broken@example.com")

    with capture_logs() as logs:
        async with mailing(letterbox):
            await until(one_came)
    assert [(entry["event"], entry["log_level"]) for entry in alarming(logs)] == [("mail not composed", "error")]


async def issue(outbox: Outbox, *holders: str) -> None:
    for holder in holders:
        await outbox.issue(f"{holder}@example.com")


async def test_what_was_not_offered_is_not_tried(outbox: Outbox) -> None:
    await issue(outbox, "jane", "john", "joan")
    letterbox = Letterbox(AWAY, NotOffered(AWAY.reason))
    with capture_logs() as logs:
        async with mailing(letterbox):
            await until(lambda: _as_it_is(len(letterbox.came) == 2))
    assert sorted(letterbox.came) == ["joan@example.com", "john@example.com"]
    assert await Mail.filter(tries=1).values_list("recipient") == [("jane@example.com",)]
    assert [(entry["event"], entry["count"]) for entry in alarming(logs)] == [("mails not taken", 1)]


@pytest.mark.parametrize("slow", [1, 2, 5])
async def test_a_server_that_is_slow_over_some_takes_all_others(outbox: Outbox, slow: int) -> None:
    await issue(outbox, *(f"slow{number}" for number in range(slow)), "jane", "john", "joan", "jean")
    async with serving(Inbox(slow_for="slow")) as inbox, mailing(SmtpPost(inbox.url, timeout=0.5)):
        await until(lambda: _as_it_is(len(inbox.recipients) == 4))
        assert await Mail.filter(tries__gt=0, recipient__startswith="j").count() == 0
    assert len(set(inbox.recipients)) == 4


async def test_pauses_differ_so_that_what_failed_together_is_not_tried_together(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_mailing, "_chance", [0.0, 0.75].pop)
    await issue(outbox, "jane", "john")
    began = datetime.now(UTC)
    async with mailing(Letterbox(AWAY, AWAY)):
        await until(lambda: _tried(2))
    one, other = await Mail.all().order_by("created_at")
    assert one.due_at is not None
    assert other.due_at is not None
    assert one.due_at - other.due_at > timedelta(seconds=0.5)
    assert other.due_at - began >= timedelta(seconds=5)


async def test_a_mail_is_written_down_before_the_next_one_is_begun(outbox: Outbox) -> None:
    await issue(outbox, "jane", "john")
    letterbox = Letterbox()
    letterbox.may_go_on.clear()
    async with mailing(letterbox):
        await letterbox.asked.acquire()
        letterbox.may_go_on.set()
        asyncio.get_running_loop().call_soon(letterbox.may_go_on.clear)
        await letterbox.asked.acquire()
        assert await Mail.filter(sent_at__isnull=False).values_list("recipient") == [("jane@example.com",)]
        letterbox.may_go_on.set()
        await until(all_sent)


async def test_told_to_stop_it_begins_no_other_mail_and_gives_them_back(outbox: Outbox) -> None:
    await issue(outbox, "jane", "john", "joan")
    letterbox = Letterbox()
    letterbox.may_go_on.clear()
    async with mailing(letterbox):
        await letterbox.asked.acquire()
        asyncio.get_running_loop().call_later(0.2, letterbox.may_go_on.set)
    assert letterbox.came == ["jane@example.com"]
    assert await Mail.filter(sent_at__isnull=False).count() == 1
    assert await Mail.filter(due_at__lte=datetime.now(UTC), lease__isnull=True, tries=0).count() == 2


async def test_told_to_stop_it_breaks_off_what_takes_too_long(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_mailing, "GRACE_SECONDS", 0.1)
    await issue(outbox, "jane", "slow", "joan")
    with capture_logs() as logs:
        async with serving(Inbox(slow_for="slow")) as inbox, mailing(SmtpPost(inbox.url)):
            await asyncio.wait_for(inbox.being_slow.wait(), 10)
    assert await Mail.filter(sent_at__isnull=False).values_list("recipient") == [("jane@example.com",)]
    assert await Mail.filter(lease__isnull=False, tries=0).values_list("recipient") == [("slow@example.com",)]
    assert await Mail.filter(due_at__lte=datetime.now(UTC)).values_list("recipient") == [("joan@example.com",)]
    assert [entry["event"] for entry in alarming(logs)] == ["mails not taken"]


async def test_what_was_taken_is_written_down_when_the_database_is_back(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "FAULT_SECONDS", 0.01)
    sent, left = mails.sent, [ConnectionRefusedError("away"), TimeoutError(), ConnectionResetError("away")]

    async def sometimes(mail: mails.LeasedMail, now: datetime) -> None:
        if left:
            raise left.pop()
        await sent(mail, now)

    monkeypatch.setattr(mails, "sent", sometimes)
    await issue(outbox, "jane", "john")
    letterbox = Letterbox()
    with capture_logs() as logs:
        async with mailing(letterbox):
            await until(all_sent)
    assert letterbox.came == ["jane@example.com", "john@example.com"]
    assert [entry["event"] for entry in alarming(logs)] == ["recording mails waits for the database"]


async def test_one_that_cannot_be_recorded_keeps_no_other_from_it(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = mails.sent

    async def picky(mail: mails.LeasedMail, now: datetime) -> None:
        if mail.recipient.startswith("broken"):
            raise ValueError
        await sent(mail, now)

    monkeypatch.setattr(mails, "sent", picky)
    await issue(outbox, "broken", "jane")
    with capture_logs() as logs:
        async with mailing(Letterbox()):
            await until(lambda: Mail.filter(sent_at__isnull=False).exists())
    assert [entry["event"] for entry in alarming(logs)] == ["mail not recorded"]


async def test_when_the_lease_nears_its_end_no_other_mail_is_begun(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_mailing, "ONE_MAIL_SECONDS", mails.LEASE.total_seconds() - 0.2)
    await issue(outbox, "jane", "john", "joan")
    letterbox = Letterbox()
    letterbox.may_go_on.clear()
    async with mailing(letterbox):
        await letterbox.asked.acquire()
        await asyncio.sleep(0.3)
        letterbox.may_go_on.set()
        await until(all_sent)
    assert len(set(letterbox.came)) == len(letterbox.came) == 3
    assert letterbox.together[0] == 1


async def _as_it_is(condition: bool) -> bool:  # noqa: FBT001  # a condition that needs no waiting
    return condition


async def _tried(number: int) -> bool:
    return await Mail.filter(tries=1).count() == number
