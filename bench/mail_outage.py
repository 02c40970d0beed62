"""An SMTP server that is down delays mails and nothing else: issuing goes on as before, and each mail arrives once.

Certificates are issued at a steady pace, first with the server up, then with it down. It comes back; every holder's mail
arrives, and none twice.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.beside import Beside, beside
from bench.installed import Place, installed
from bench.issuing import Issued, Issuing
from bench.proof import Proof, command, percentile, percentiles, with_database

LOOK_ON_SECONDS = 10.0
ALLOWED_SECONDS = 0.05
"""By how much the slowest hundredth may differ on a machine that does other things as well."""


async def prove(place: Place, mailbox: Beside, options: argparse.Namespace, proof: Proof) -> None:
    """Issue with the server up, issue with it down, bring it back, and compare."""
    issuing = Issuing(place, await asyncio.to_thread(place.course, "Web Development"), proof)
    up = await issuing.run(options.certificates, seconds=options.seconds)
    await _all(mailbox, issuing, options, proof)
    mailbox.kill()
    proof.say(f"SMTP is down; {_count(mailbox)} mails have arrived")
    began = time.monotonic()
    down = await issuing.run(options.certificates, seconds=options.seconds * 0.9)
    await asyncio.sleep(max(0.0, began + options.seconds - time.monotonic()))
    before = _count(mailbox)
    mailbox.start()
    back = time.time()
    proof.say(f"SMTP is back after {time.monotonic() - began:.0f} s; {_count(mailbox)} mails have arrived")
    await _all(mailbox, issuing, options, proof)
    await asyncio.sleep(options.look_on)
    _tell(up, down, issuing, options, proof)
    mails = mailbox.lines()
    late = [mail["at"] - back for mail in mails[before:]]
    proof.figure(f"mails that waited: {len(late)}; the last came {max(late, default=0.0):.1f} s after SMTP was back")
    _compare(mails, issuing, proof)
    proof.hold("nobody logged a fault of their own", *place.faults())


async def _all(mailbox: Beside, issuing: Issuing, options: argparse.Namespace, proof: Proof) -> None:
    await proof.until(
        lambda: _count(mailbox) >= len(issuing.issued),
        options.patience,
        lambda: f"{_count(mailbox)} of {len(issuing.issued)} mails have arrived",
    )


def _count(mailbox: Beside) -> int:
    return len({mail["id"] for mail in mailbox.lines()})


def _tell(up: list[Issued], down: list[Issued], issuing: Issuing, options: argparse.Namespace, proof: Proof) -> None:
    proof.figure(f"{options.database}, {options.certificates} certificates in {options.seconds:g} s, up and down each")
    spent = {name: [each.reply.seconds for each in issued] for name, issued in (("up", up), ("down", down))}
    for name, seconds in spent.items():
        proof.figure(f"issuing with SMTP {name}: {percentiles(seconds)}")
    refused = dict(issuing.refusals)
    proof.hold("each certificate is issued, with SMTP down too", kept=len(up) == len(down) == options.certificates)
    proof.hold("no other answer than 201", *refused.items())
    if spent["up"] and spent["down"]:
        bound = 2 * percentile(spent["up"], 0.99) + ALLOWED_SECONDS
        promise = (
            f"with SMTP down 99 of 100 are issued within {bound * 1000:.0f} ms: twice what it took with SMTP up, and 50"
        )
        proof.hold(promise, kept=percentile(spent["down"], 0.99) <= bound)


def _compare(mails: list[dict[str, object]], issuing: Issuing, proof: Proof) -> None:
    came = Counter(str(recipient) for mail in mails for recipient in _listed(mail["to"]))
    wanted = {issued.certificate["holder_email"] for issued in issuing.issued.values()}
    more = {address: count for address, count in came.items() if count > 1}
    proof.figure(f"{len(mails)} mails for {len(came)} addresses; {len(more)} got more than one")
    proof.hold("every holder's mail arrives", *(wanted - came.keys()))
    proof.hold("no holder gets it twice", *more.items())
    proof.hold("nobody else gets a mail", *(came.keys() - wanted))
    proof.hold("each mail has an id of its own", kept=len({mail["id"] for mail in mails}) == len(mails))


def _listed(found: object) -> list[object]:
    return found if isinstance(found, list) else []


def main() -> int:
    """Run the proof and answer with its exit code."""
    parser = command("mail_outage", "the SMTP server is down for a minute while certificates are issued")
    with_database(parser)
    parser.add_argument("--certificates", type=int, default=200, help="how many are issued, up and down each")
    parser.add_argument("--seconds", type=float, default=60.0, help="for how long it is down, and up before")
    parser.add_argument("--patience", type=float, default=180.0, help="seconds to wait for the last mails")
    parser.add_argument("--look-on", type=float, default=LOOK_ON_SECONDS, help="seconds to wait for repetitions")
    options = parser.parse_args()
    proof = Proof("SMTP is down", options.seed)
    with tempfile.TemporaryDirectory(prefix="tc-beside-") as folder, beside("bench.mailbox", Path(folder)) as mailbox:
        settings = {"TRUECERTA_SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}"}
        with installed(options.database, settings=settings) as place:
            asyncio.run(prove(place, mailbox, options, proof))
    return proof.end()


if __name__ == "__main__":
    sys.exit(main())
