"""The one way in which this service fetches anything: only from public addresses, in bounded time and space."""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cached_property

import certifi

from outgoing.answers import NotTried, Received, Unreachable, why_no_connection
from outgoing.exchange import Exchange
from outgoing.lines import Dial, Line, dial
from outgoing.resolving import NoRoom, Resolve, SystemResolver
from outgoing.targets import Target, target
from rules.errors import Refused
from rules.public_addresses import is_numeric_host, is_public
from rules.webhooks import receiver_url

__all__ = ["NotTried", "Outgoing", "Received", "Unreachable"]

_NAME_NOT_PUBLIC = "The name does not lead to a public address."
"""One sentence for a name that leads inside and for one that leads nowhere: inside, a name may be known that is nobody's
business outside. To which address it leads stays untold as well."""


class Outgoing:
    """A client for addresses that strangers give: what it connects to is what it has checked, and nothing inside.

    A name is resolved once for each call, and refused when any of its addresses is not public. No redirect is followed,
    nothing is unpacked, nothing is kept from one call to the next, and no proxy of the environment is asked.
    `allow_private` lifts all limits on addresses, for development. `total`, `connect` (name, TCP and TLS together) and
    `look_up` (registration) are seconds.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        resolve: Resolve | None = None,
        dial: Dial = dial,
        tls: ssl.SSLContext | None = None,
        total: float = 15.0,
        connect: float = 5.0,
        look_up: float = 2.0,
    ) -> None:
        self._allow_private = allow_private
        self._resolve = resolve or SystemResolver()
        self._dial = dial
        self._given_tls = tls
        self._total = total
        self._connect_within = connect
        self._look_up_within = look_up

    async def check(self, url: str) -> None:
        """An address may be registered unless it is known to lead inside; one that leads nowhere yet may.

        Raises Refused.
        """
        wanted = target(receiver_url(url, allow_private=self._allow_private))
        try:
            async with asyncio.timeout(self._look_up_within):
                await self._addresses(wanted)
        except _NotPublic as reason:
            raise Refused("unprocessable_entity", str(reason), field="url") from None
        except OSError:  # TimeoutError included
            return  # each delivery looks again

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Received:
        """One request on a connection of its own; a status that has arrived counts, whatever the body then does.

        Raises Unreachable when none has arrived, and NotTried when there is no room for it here.
        """
        wanted = self._wanted(url)
        exchange = Exchange(wanted, headers, body)
        try:
            async with asyncio.timeout(self._total):
                await self._run(exchange, wanted)
        except TimeoutError:
            pass
        if exchange.received is None:
            raise Unreachable(f"No answer within {self._total:g} seconds.")
        return exchange.received

    def _wanted(self, url: str) -> Target:
        """Rules may have become stricter since the address was registered."""
        try:
            return target(receiver_url(url, allow_private=self._allow_private))
        except Refused as refused:
            raise Unreachable(refused.message) from None

    async def _run(self, exchange: Exchange, wanted: Target) -> None:
        line = await self._line(wanted)
        try:
            await exchange.run(line)
        finally:
            await line.aclose()

    async def _line(self, wanted: Target) -> Line:
        until = asyncio.get_running_loop().time() + self._connect_within
        try:
            async with asyncio.timeout_at(until):
                addresses = await self._addresses(wanted)
        except _NotPublic as reason:
            raise Unreachable(str(reason)) from None
        except TimeoutError:
            raise Unreachable(f"The name could not be resolved within {self._connect_within:g} seconds.") from None
        except NoRoom as reason:
            raise NotTried(str(reason)) from None
        except OSError:
            raise Unreachable(_NAME_NOT_PUBLIC) from None
        return await self._first_line(wanted, addresses, until)

    async def _addresses(self, wanted: Target) -> list[str]:
        """Where the host leads, all of it public; _NotPublic, or OSError when it can't be resolved."""
        if is_numeric_host(wanted.host) and not self._allow_private:
            raise _NotPublic(f"{wanted.host} is neither a name nor an address in its usual spelling.")
        if wanted.is_address:
            self._hold_public([wanted.host], f"The address {wanted.host} is not public.")
            return [wanted.host]
        addresses = list(dict.fromkeys(await self._resolve(wanted.host, wanted.port)))
        if not addresses:
            raise OSError("The name has no address.")
        self._hold_public(addresses, _NAME_NOT_PUBLIC)
        return addresses

    def _hold_public(self, addresses: list[str], reason: str) -> None:
        if not self._allow_private and not all(map(is_public, addresses)):
            raise _NotPublic(reason)

    async def _first_line(self, wanted: Target, addresses: list[str], until: float) -> Line:
        """They are tried in their order; each has a fair share of the time, so that a dead first one costs not all."""
        tls = self._tls if wanted.is_tls else None
        loop = asyncio.get_running_loop()
        reason = ""
        for tried, address in enumerate(addresses):
            share = (until - loop.time()) / (len(addresses) - tried)
            try:
                async with asyncio.timeout(share):
                    return await self._dial(address, wanted.port, tls, wanted.server_name)
            except TimeoutError:
                reason = f"No connection within {self._connect_within:g} seconds."
            except OSError as error:
                reason = why_no_connection(error)
        raise Unreachable(reason)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Whom the system trusts and whom Mozilla does: a slim container has no authorities of its own."""
        if self._given_tls is not None:
            return self._given_tls
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        context.set_alpn_protocols(["http/1.1"])
        return context


class _NotPublic(Exception):
    """Where an address leads is none of its giver's business."""
