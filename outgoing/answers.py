"""What becomes of a request: an answer, or a short reason for which there is none."""

import ssl
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Received:
    """An answer as far as it came: its status, what it says of Retry-After, and the beginning of its body, raw."""

    status: int
    retry_after: str | None
    body: bytes


class Unreachable(Exception):
    """No status came back; the reason is a short sentence for the receiver's owner, without secrets.

    >>> Unreachable("The connection was refused.").reason
    'The connection was refused.'
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotTried(Exception):
    """Nothing was sent, for want of room on our side: no fault of the receiver's, and to be tried again.

    >>> str(NotTried("512 names are being looked up already."))
    '512 names are being looked up already.'
    """


def why_no_connection(error: OSError) -> str:
    """A connection that fails says why in words that help its owner to mend it.

    >>> why_no_connection(ConnectionRefusedError())
    'The connection was refused.'
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of the server is not valid: {error.verify_message.rstrip('.')}."
    if isinstance(error, ssl.SSLError):
        return f"No TLS connection could be made: {(error.reason or 'it was broken off').replace('_', ' ').lower()}."
    if isinstance(error, ConnectionRefusedError):
        return "The connection was refused."
    if isinstance(error, ConnectionError):
        return "The connection was closed while it was being made."
    return "The server could not be reached."
