"""What clients written for one contract stumble over in another: operation by operation, in both directions.

What is promised for good: addresses and methods, operationIds, tags and names of schemas (generated clients are named by
them), parameters, bodies, headers, statuses and media types, and that no key is asked for where none was. New is harmless:
operations, optional parameters and members, media types, headers, statuses of errors, 304. Not compared: links, texts.
"""

from collections.abc import Iterator

from tests.contract.narrowing import Break, Direction, Schemas
from tests.contract.reading import Schema, resolved

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
SPELLING = ("style", "explode", "allowReserved", "allowEmptyValue")  # how a parameter is written
FOR_PEOPLE = {"description", "bearerFormat"}  # what a security scheme says beside how it works
NOT_MODIFIED = "304"  # met by nobody but those who ask for it, with an ETag in If-None-Match


def breaks(old: Schema, new: Schema) -> list[Break]:
    """Everything that breaks, in the order of the old contract."""
    return list(Contracts(old, new).breaks())


class Contracts:
    """An old contract and a new one."""

    def __init__(self, old: Schema, new: Schema) -> None:
        """Nothing of them has been compared yet."""
        self.old, self.new = old, new
        self.schemas = Schemas(old, new)

    def breaks(self) -> Iterator[Break]:
        """What is gone as a whole, then operation by operation."""
        yield from self.names()
        now = operations(self.new, self.new["paths"])
        for name, operation in operations(self.old, self.old["paths"]).items():
            if name in now:
                yield from self.called(operation, now[name], name)
                yield from self.operation(operation, now[name], Direction.SENT, name)
            else:
                yield Break(name, "is gone")

    def names(self) -> Iterator[Break]:
        """Servers, security schemes and the names of schemas."""
        servers, servers_now = ({server["url"] for server in each.get("servers", [])} for each in (self.old, self.new))
        yield from (Break(f"server {url}", "is gone") for url in sorted(servers - servers_now))
        before, now = self.old["components"], self.new["components"]
        for name, scheme in before.get("securitySchemes", {}).items():
            if working(scheme) != working(now.get("securitySchemes", {}).get(name, {})):
                yield Break(f"security scheme {name}", "works in another way, or is gone")
        for name in before["schemas"]:
            if name not in now["schemas"]:
                yield Break(f"schema {name}", "is gone: generated clients have a type of that name")

    def called(self, old: Schema, new: Schema, where: str) -> Iterator[Break]:
        """By which name and with which key clients call an operation."""
        for word in ("operationId", "tags"):
            if old.get(word) != new.get(word):
                yield Break(
                    where, f"{word} was {old.get(word)} and is {new.get(word)}: generated clients are named by it"
                )
        ways = new.get("security", self.new.get("security", [])) or [{}]
        for way in old.get("security", self.old.get("security", [])) or [{}]:
            if not any(now.keys() <= way.keys() and all(set(now[key]) <= set(way[key]) for key in now) for now in ways):
                yield Break(where, f"is no longer open to those who come with {' and '.join(way) or 'no key'}")

    def operation(self, old: Schema, new: Schema, direction: Direction, where: str) -> Iterator[Break]:
        """A request and its answers; where the service asks and the client answers, the directions are changed round."""
        back = Direction.RECEIVED if direction is Direction.SENT else Direction.SENT
        yield from self.parameters(old["parameters"], new["parameters"], direction, where)
        yield from self.body(old, new, direction, f"{where}, body")
        yield from self.answers(old["responses"], new["responses"], back, where)
        callbacks = new.get("callbacks", {})
        for name, callback in old.get("callbacks", {}).items():
            place = f"{where}, callback {name}"
            now = operations(self.new, resolved(self.new, callbacks.get(name, {})))
            for request, theirs in operations(self.old, resolved(self.old, callback)).items():
                if request in now:
                    yield from self.operation(theirs, now[request], back, place)
                else:
                    yield Break(place, "is gone")

    def body(self, old: Schema, new: Schema, direction: Direction, where: str) -> Iterator[Break]:
        """What is asked with."""
        before, now = resolved(self.old, old.get("requestBody", {})), resolved(self.new, new.get("requestBody", {}))
        needed, needed_now = before.get("required", False), now.get("required", False)
        if direction is Direction.SENT and needed_now and not needed:
            yield Break(where, "is required now")
        if direction is Direction.RECEIVED and needed and not needed_now:
            yield Break(where, "may be missing now")
        yield from self.contents(before, now, direction, where)

    def answers(self, old: Schema, new: Schema, direction: Direction, where: str) -> Iterator[Break]:
        """What is answered with. An error that is new is met by whoever treats errors; a success that is new is not."""
        for status, response in old.items():
            place = f"{where} → {status}"
            if status not in new:
                yield Break(place, "is gone")
                continue
            before, now = resolved(self.old, response), resolved(self.new, new[status])
            yield from self.parameters(headers(self.old, before), headers(self.new, now), direction, place)
            yield from self.contents(before, now, direction, place)
        if direction is Direction.RECEIVED:
            fresh = sorted(status for status in new.keys() - old.keys() - {NOT_MODIFIED} if status[0] not in "45")
            yield from (
                Break(f"{where} → {status}", "is new, and no error: clients do not expect it") for status in fresh
            )

    def contents(self, old: Schema, new: Schema, direction: Direction, where: str) -> Iterator[Break]:
        """The media types of a body, and what each holds."""
        now = new.get("content", {})
        for media_type, content in old.get("content", {}).items():
            if media_type not in now:
                yield Break(f"{where} {media_type}", "is gone")
            else:
                yield from self.schemas.breaks(
                    content.get("schema", {}), now[media_type].get("schema", {}), direction, f"{where} {media_type}"
                )

    def parameters(self, old: list[Schema], new: list[Schema], direction: Direction, where: str) -> Iterator[Break]:
        """Parameters, or the headers of an answer."""
        before, now = ({f"{each['in']} {each['name']}": each for each in some} for some in (old, new))
        for name, parameter in before.items():
            if name in now:
                yield from self.parameter(parameter, now[name], direction, f"{where}, {name}")
            else:
                yield Break(f"{where}, {name}", "is gone")
        for name in sorted(now.keys() - before.keys()):
            if direction is Direction.SENT and now[name].get("required"):
                yield Break(f"{where}, {name}", "is new and required")

    def parameter(self, old: Schema, new: Schema, direction: Direction, where: str) -> Iterator[Break]:
        """One of them in both contracts."""
        needed, needed_now = old.get("required", False), new.get("required", False)
        if any(old.get(word) != new.get(word) for word in SPELLING):
            yield Break(where, "is written in another way")
        if direction is Direction.SENT and needed_now and not needed:
            yield Break(where, "is required now")
        if direction is Direction.RECEIVED and needed and not needed_now:
            yield Break(where, "may be missing now")
        yield from self.schemas.breaks(old.get("schema", {}), new.get("schema", {}), direction, where)
        yield from self.contents(old, new, direction, where)


def operations(document: Schema, paths: Schema) -> dict[str, Schema]:
    """Each operation by its method and address, with the parameters of its path among its own."""
    return {
        f"{method.upper()} {path}": {**operation, "parameters": parameters(document, item, operation)}
        for path, item in paths.items()
        for method, operation in item.items()
        if method in METHODS
    }


def parameters(document: Schema, *places: Schema) -> list[Schema]:
    """The parameters of a path and of its operation, whose own take the place of the path's."""
    every = [resolved(document, parameter) for place in places for parameter in place.get("parameters", [])]
    return list({(each["in"], each["name"]): each for each in every}.values())


def headers(document: Schema, response: Schema) -> list[Schema]:
    """The headers of an answer, as if they were parameters; how their names are written does not matter."""
    found = response.get("headers", {})
    return [{**resolved(document, header), "in": "header", "name": name.lower()} for name, header in found.items()]


def working(scheme: Schema) -> Schema:
    """A security scheme without what it says to people."""
    return {word: value for word, value in scheme.items() if word not in FOR_PEOPLE}
