"""Frames: which other sites may show a page of ours within theirs."""

import re

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = re.compile(rf"(?:https?://)?(?:\*\.)?{_LABEL}(?:\.{_LABEL})*(?::(?:[0-9]{{1,5}}|\*))?")
_WORDS = frozenset({"'self'", "*", "https:"})
NOBODY = "'none'"


def parse(written: str) -> str:
    """A list of sites as `frame-ancestors` takes it (Content Security Policy Level 3, 2.3.1 and 6.4.2), blanks between.

    `none`, or nothing at all, is nobody, which is said alone. ValueError for what is no list of sites: a browser would pass
    over it, and perhaps over what stands behind it.

    >>> parse("https://example.com  https://*.example.org:8443"), parse("none")
    ('https://example.com https://*.example.org:8443', "'none'")
    """
    sources = ["'self'" if source == "self" else source for source in written.split()]
    if sources in ([], ["none"], [NOBODY]):
        return NOBODY
    known = [source in _WORDS or (source != "none" and _HOST.fullmatch(source) is not None) for source in sources]
    if not all(known):
        raise ValueError("Write none, or sites with blanks between them: https://example.com https://*.example.org")
    return " ".join(sources)
