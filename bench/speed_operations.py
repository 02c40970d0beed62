"""What is measured: the operations, what each is held against, and the requests by which it is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from bench.installed import CERTIFICATES, VERIFY

ASSERTIONS = "/api/obi/assertion"
CONNECTIONS = 16
ITEM = "{}"
"""Stands in a path or a body where each request has something of its own."""
DIGITS = 9
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Operation:
    """Something to ask for, the status that answers it, and the promise of how fast that is beside another engine."""

    name: str
    title: str
    status: int
    against: tuple[str, str]
    promised: float

    @property
    def is_promised(self) -> bool:
        """Whether it is more than what others are held against."""
        return self.name != "constant"


BARE, CONSTANT = "bare", ("constant", "constant")
OPERATIONS = (
    Operation("verify", "verify, ever another code", 200, (BARE, "verify"), 1.0),
    Operation("assertion", "assertion, ever another code", 200, (BARE, "assertion"), 1.0),
    Operation("list", "list of 50", 200, (BARE, "list"), 0.9),
    Operation("cached", "verify, one code again and again", 200, CONSTANT, 0.7),
    Operation("constant", "a constant answer", 200, CONSTANT, 1.0),
    Operation("not_modified", "verify, one code, answered 304", 304, CONSTANT, 0.7),
    Operation("issue", "issue", 201, (BARE, "issue"), 0.9),  # last: what it leaves to be mailed must not disturb others
)
PLAIN = ("verify", "assertion", "list", "issue")
"""What every engine that is a service can do."""


class Traffic(NamedTuple):
    """Requests that are alike but for one item: the next of some codes, a number, or none at all."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = NO_HEADERS
    body: str = ""
    codes: Sequence[str] = ()

    @property
    def is_fixed(self) -> bool:
        """Whether all requests are the same."""
        return ITEM not in self.path + self.body

    def item(self, at: int) -> str:
        """What the request at this place of the walk has of its own; the codes are walked round and round."""
        return self.codes[at % len(self.codes)] if self.codes else f"{at:0{DIGITS}}"

    def around(self, port: int) -> tuple[str, str]:
        """The text of a request before its item, and after it."""
        lines = {"Host": f"127.0.0.1:{port}", **self.headers}
        if self.body:
            lines |= {"Content-Length": str(len(self.body.replace(ITEM, "0" * DIGITS)))}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        before, _, after = f"{self.method} {self.path} HTTP/1.1\r\n{head}\r\n{self.body}".partition(ITEM)
        return before, after

    def request(self, port: int, at: int) -> bytes:
        r"""The request at this place of the walk.

        >>> Traffic("/v/{}", codes=["A", "B"]).request(80, 3)
        b'GET /v/B HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n'
        """
        before, after = self.around(port)
        return (before + ("" if self.is_fixed else self.item(at)) + after).encode("ascii")


class Seeds(NamedTuple):
    """What requests are made of: a key, a course, and codes in an order by lot."""

    key: str
    course_id: str
    codes: Sequence[str]
    claimed: Sequence[str]
    """Those that have an assertion."""
    lasting: str
    """A code whose answer never changes."""


def traffic(operation: Operation, seeds: Seeds, etag: str = "") -> Traffic:
    """How an operation is asked for."""
    keyed = {"Authorization": f"Bearer {seeds.key}"}
    one = f"{VERIFY}/{seeds.lasting}"
    wanted = f'"course_id":"{seeds.course_id}","holder_name":"Jane Doe","holder_email":"jane.{ITEM}@example.com"'
    made = {
        "verify": lambda: Traffic(f"{VERIFY}/{ITEM}", codes=seeds.codes),
        "assertion": lambda: Traffic(f"{ASSERTIONS}/{ITEM}", codes=seeds.claimed),
        "list": lambda: Traffic(f"{CERTIFICATES}?limit=50", headers=keyed),
        "cached": lambda: Traffic(one),
        "constant": lambda: Traffic(one),
        "not_modified": lambda: Traffic(one, headers={"If-None-Match": etag}),
        "issue": lambda: Traffic(CERTIFICATES, "POST", {**keyed, "Content-Type": "application/json"}, f"{{{wanted}}}"),
    }
    return made[operation.name]()
