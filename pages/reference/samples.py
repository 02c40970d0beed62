"""How an operation is called with curl, from Python and from JavaScript: its example, ready to be run."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from markupsafe import Markup

from pages.reference.wording import coloured

KEY = "TRUECERTA_API_KEY"
"""The environment variable that samples take the API key from: a key stands in no program."""
_MEMBER = re.compile(r'^(\s*)"([A-Za-z_]\w*)":', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Call:
    """A request: method in capitals, whole address, body if it has one, and what it answers with."""

    method: str
    address: str
    is_public: bool
    body: Any = None
    has_body: bool = False
    answers: str = "json"


@dataclass(frozen=True, slots=True)
class Sample:
    """A call in one language."""

    language: str
    title: str
    text: str

    @property
    def markup(self) -> Markup:
        """With its parts told apart."""
        return coloured(self.text, self.language)


def address(base: str, path: str, in_path: Mapping[str, str], query: Sequence[tuple[str, str]]) -> str:
    """An address with its parameters filled in.

    >>> address("https://example.com", "/v/{code}", {"code": "A B"}, [("limit", "10")])
    'https://example.com/v/A%20B?limit=10'
    """
    filled = path.format(**{name: quote(value, safe="") for name, value in in_path.items()})
    return base + filled + ("?" + urlencode(query) if query else "")


def of(call: Call, kept: str = "") -> tuple[Sample, Sample, Sample]:
    """The three samples of a call. A value or a path's last part that is `kept` is read from the environment variable."""
    texts = curl(call), python(call), javascript(call)
    if kept:
        texts = _reading_curl(texts[0], kept), _reading_python(texts[1], kept), _reading_javascript(texts[2], kept)
    return (
        Sample("curl", "curl", texts[0]),
        Sample("python", "Python", texts[1]),
        Sample("javascript", "JavaScript", texts[2]),
    )


def curl(call: Call) -> str:
    """As one types it in a shell; it fails where the answer is an error.

    >>> print(curl(Call("GET", "https://example.com/v", is_public=True)))
    curl --fail-with-body https://example.com/v
    """
    method = "" if call.method == ("POST" if call.has_body else "GET") else f" -X {call.method}"
    parts = [f"curl --fail-with-body{method} {shlex.quote(call.address)}"]
    if not call.is_public:
        parts.append(f'-H "Authorization: Bearer ${KEY}"')
    if call.has_body:
        parts += ['-H "Content-Type: application/json"', "-d " + shlex.quote(_json(call.body))]
    return " \\\n  ".join(parts)


def python(call: Call) -> str:
    """With httpx."""
    arguments = [_literal(call.address)]
    if not call.is_public:
        arguments.append(f'headers={{"Authorization": f"Bearer {{os.environ[\'{KEY}\']}}"}}')
    if call.has_body:
        arguments.append(f"json={_literal(call.body, 1)}")
    imports = "import httpx\n" if call.is_public else "import os\n\nimport httpx\n"
    given = ", ".join(arguments) if len(arguments) == 1 else "\n" + "".join(f"    {one},\n" for one in arguments)
    shown = {"json": "print(answer.json())", "text": "print(answer.text)", "": "print(answer.status_code)"}
    return f"{imports}\nanswer = httpx.{call.method.lower()}({given})\nanswer.raise_for_status()\n{shown[call.answers]}"


def javascript(call: Call) -> str:
    """With fetch, as a module."""
    shown = {"json": "await answer.json()", "text": "await answer.text()", "": "answer.status"}[call.answers]
    options = "".join(f"  {line},\n" for line in _options(call))
    given = json.dumps(call.address) + (f", {{\n{options}}}" if options else "")
    return (
        f"const answer = await fetch({given});\n"
        f"if (!answer.ok) throw new Error(await answer.text());\nconsole.log({shown});"
    )


def _reading_curl(text: str, name: str) -> str:
    """The body's single quotes end for as long as the shell is to look."""
    return text.replace(f'"{name}"', f'"\'"${name}"\'"').replace(f"/{name}", f"/${name}")


def _reading_python(text: str, name: str) -> str:
    text = re.sub(rf'"([^"\n]*/){name}"', rf'f"\1{{os.environ[{name!r}]}}"', text)
    text = text.replace(f'"{name}"', f'os.environ["{name}"]')
    return text if "import os\n" in text else f"import os\n\n{text}"


def _reading_javascript(text: str, name: str) -> str:
    text = re.sub(rf'"([^"\n]*/){name}"', rf"`\1${{process.env.{name}}}`", text)
    return text.replace(f'"{name}"', f"process.env.{name}")


def _options(call: Call) -> Iterator[str]:
    if call.method != "GET":
        yield f'method: "{call.method}"'
    headers = [] if call.is_public else [f"Authorization: `Bearer ${{process.env.{KEY}}}`"]
    headers += ['"Content-Type": "application/json"'] if call.has_body else []
    if headers:
        yield "headers: { " + ", ".join(headers) + " }"
    if call.has_body:
        yield "body: JSON.stringify(" + _MEMBER.sub(r"\1\2:", _json(call.body)).replace("\n", "\n  ") + ")"


def _json(value: Any) -> str:  # noqa: ANN401  # whatever an example holds
    return json.dumps(value, indent=2, ensure_ascii=False)


def _literal(value: Any, depth: int = 0) -> str:  # noqa: ANN401  # as above
    """A value as Python writes it, in the contract's order, one member a line."""
    indent, end = "    " * (depth + 1), "    " * depth
    if isinstance(value, dict) and value:
        lines = (f"{indent}{_literal(name)}: {_literal(one, depth + 1)},\n" for name, one in value.items())
        return "{\n" + "".join(lines) + end + "}"
    if isinstance(value, list) and value:
        return "[" + ", ".join(_literal(one, depth) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
