"""A page as somebody reads and uses it: what its head tells, its forms, its links and its words."""

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx


@dataclass
class Form:
    """A form as it would be sent untouched."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """What stands in a page. A script that is neither a file of ours nor plain facts is a breach."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.hrefs: list[str] = []
        self.forms: list[Form] = []
        self.facts: list[str] = []
        self.language = ""
        self._texts: list[str] = []
        self._within = ""
        self.feed(answer.text)
        self.close()

    @property
    def words(self) -> str:
        """What is shown, with single blanks."""
        return re.sub(r"\s+", " ", "".join(self._texts)).strip()

    @property
    def markup(self) -> dict[str, Any]:
        """The one document in it for programs."""
        (facts,) = self.facts
        document: dict[str, Any] = json.loads(facts)
        return document

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Something begins."""
        told = {name: value or "" for name, value in attrs}
        assert "style" not in told, tag
        self._within = tag if tag in {"script", "title"} else ""
        match tag:
            case "html":
                self.language = told["lang"]
            case "meta":
                self.meta[told.get("property") or told.get("name", "")] = told.get("content", "")
            case "link":
                self.links[told["rel"]] = told["href"]
            case "a":
                self.hrefs.append(told["href"])
            case "form":
                self.forms.append(Form(told["method"], told.get("action", "")))
            case "input" if self.forms and "name" in told:
                self.forms[-1].fields[told["name"]] = told.get("value", "")
            case "script":
                assert told.get("type") == "application/ld+json" or re.fullmatch(r"/static/[\w.]+", told["src"])

    def handle_endtag(self, tag: str) -> None:
        """Something ends."""
        if tag == self._within:
            self._within = ""

    def handle_data(self, data: str) -> None:
        """Text."""
        if self._within == "script":
            self.facts.append(data)
        elif not self._within:
            self._texts.append(data)
