"""What an operator can set is told in the settings themselves and in the docs."""

from server.settings import PREFIX, Settings
from tests.architecture.tree import ROOT


def test_a_setting_has_a_sentence_and_a_default() -> None:
    told = {name: field.description or "" for name, field in Settings.model_fields.items()}
    assert [name for name, sentence in told.items() if not sentence.endswith(".")] == []
    assert [name for name, field in Settings.model_fields.items() if field.is_required()] == []


def test_a_setting_is_documented() -> None:
    docs = "".join(page.read_text(encoding="utf-8") for page in sorted((ROOT / "docs").rglob("*.md")))
    assert [name for name in Settings.model_fields if f"{PREFIX}{name.upper()}" not in docs] == []
