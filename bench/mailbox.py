"""A real SMTP server in a process of its own, which takes every mail and writes down for whom it was and when it came."""

import argparse
import asyncio
import email
import email.policy
import sys
import time

from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.beside import bound
from bench.beside_parent import Record, arguments, ready


class Taker:
    """Takes every mail."""

    def __init__(self, record: Record) -> None:
        self._record = record

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Write down one mail, then say that it is taken."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = email.message_from_bytes(content, policy=email.policy.default)
        self._record.add(at=time.time(), to=envelope.rcpt_tos, id=mail["Message-ID"], subject=mail["Subject"])
        return "250 Taken"


async def take(options: argparse.Namespace) -> None:
    """Take mails until ended."""
    taker = Taker(Record(options.record))
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(taker, hostname="mail.example.com"), sock=bound(options.port)
    )
    ready()
    await server.serve_forever()


def main() -> int:
    """Take mails until the proof that started it ends."""
    asyncio.run(take(arguments("mailbox", "an SMTP server that takes every mail and writes it down").parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
