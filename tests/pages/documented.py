"""The reference as its reader finds it: every page, with its addresses, anchors and samples."""

import re
from html.parser import HTMLParser

import httpx


class Documented(HTMLParser):
    """One page: anchors, addresses that it leads to, and samples by the group they stand in and their language."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.anchors: list[str] = []
        self.leads: list[str] = []
        self.samples: dict[tuple[str, str], str] = {}
        self._group = ""
        self._label: str | None = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.anchors.append(given["id"])
        if tag == "a":
            self.leads.append(given["href"])
        if tag == "input":
            self._group = given["name"]
        if tag == "pre":
            self._label = given["aria-label"]
            self.samples[self._group, self._label] = ""

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if tag == "pre":
            self._label = None
        if tag == "fieldset":
            self._group = ""

    def handle_data(self, data: str) -> None:
        """Text of a sample is kept as it is."""
        if self._label is not None:
            self.samples[self._group, self._label] += data


def pages(web: httpx.Client) -> dict[str, str]:
    """Every page of the reference by its path, found from the first one's navigation."""
    start = web.get("/docs").text
    others = {lead.partition("#")[0] for lead in Documented(start).leads if lead.startswith("/docs/")}
    return {"/docs": start} | {path: web.get(path).text for path in sorted(others)}


def article(html: str, anchor: str) -> str:
    """What stands about one operation, event or error."""
    found = re.search(rf'<article class="operation" aria-labelledby="{anchor}">.*?</article>', html, re.DOTALL)
    assert found, anchor
    return found[0]
