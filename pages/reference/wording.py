"""Sentences of the contract as markup, and samples with their strings, names and comments told apart."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from pygments.lexers import BashLexer, JavascriptLexer, JsonLexer, PythonLexer
from pygments.token import Comment, Keyword, Literal, Name, _TokenType, is_token_subtype

_CLASSES: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "c"),
    (Name.Tag, "n"),
    (Keyword, "k"),
    (Literal, "s"),
)
"""Four kinds are enough to read by; all else, and each bracket, stays as it is."""
_LEXERS = {
    "curl": BashLexer(),
    "python": PythonLexer(),
    "javascript": JavascriptLexer(),
    "json": JsonLexer(),
}
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def prose(text: str) -> Markup:
    """Paragraphs, as CommonMark has them; tags in it are shown, not obeyed.

    >>> str(prose("A `code` & more."))
    '<p>A <code>code</code> &amp; more.</p>'
    """
    return Markup(_MARKDOWN.render(text).strip())  # noqa: S704  # of our own contract, and tags in it are escaped


def phrase(text: str) -> Markup:
    """The same within a line.

    >>> str(phrase("Only `valid` ones."))
    'Only <code>valid</code> ones.'
    """
    return Markup(_MARKDOWN.renderInline(text.strip()))  # noqa: S704  # as above


def coloured(text: str, language: str) -> Markup:
    """A sample with classes by which the stylesheet tells its parts: c(omment), k(eyword), n(ame) and s(tring or number).

    >>> str(coloured('{"code": null}', "json"))
    '{<span class="n">&#34;code&#34;</span>: <span class="k">null</span>}'
    """
    lexer = _LEXERS.get(language)
    if lexer is None:
        return escape(text)
    parts = ((_class(kind), text) for kind, text in lexer.get_tokens(text))
    runs = ((name, "".join(text for _, text in run)) for name, run in groupby(parts, itemgetter(0)))
    return Markup("").join(_spans(runs)).rstrip()


def _spans(runs: Iterator[tuple[str, str]]) -> Iterator[Markup]:
    for name, text in runs:
        yield Markup('<span class="{}">{}</span>').format(name, text) if name else escape(text)


def _class(kind: _TokenType) -> str:
    return next((name for known, name in _CLASSES if is_token_subtype(kind, known)), "")
