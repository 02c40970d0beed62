"""What the one who calls the suite tells it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """Which server, what may be done to it, and how much."""

    url: str
    """Where the server is, without a slash at its end."""
    key: str | None = None
    other_key: str | None = None
    """The key of another organization."""
    write: bool = False
    """Whether courses, certificates and endpoints may be created."""
    only: tuple[str, ...] = ()
    """Areas or clauses to try; all when empty."""
    without: tuple[str, ...] = ()
    """Areas or clauses to leave out."""
    strict: bool = False
    """Whether a should counts as a must, and a skipped clause as one that could not be told."""
    examples: int = 5
    """Cases for each operation in each of Schemathesis's random phases."""
    seed: int = 1
    """The same seed asks Schemathesis's same questions."""
    receiver_url: str | None = None
    """Where the server reaches the suite's receiver of events, where that is not where it listens."""
    receiver_port: int = 0
    """Where the receiver listens on this machine; any free port when 0."""
    smtp_port: int | None = None
    """Where the suite takes the server's mail."""
    mail_dir: Path | None = None
    """A folder that the server writes its mails to, as `.eml` files."""
    out: Path | None = None
    """A folder for the reports."""
    seconds: float = 10.0
    """How long an answer may take."""
