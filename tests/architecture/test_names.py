"""A name says what belongs inside; these say only that something does."""

import re

from tests.architecture.tree import BESIDE, PACKAGES, ROOT, named

EMPTY_WORDS = {"util", "utils", "common", "helper", "helpers", "manager", "data", "process", "lib", "core", "misc"}


def test_no_file_or_folder_has_an_empty_name() -> None:
    empty = [
        named(path)
        for folder in (*PACKAGES, *BESIDE)
        for path in (ROOT / folder).rglob("*")
        if "node_modules" not in path.parts and EMPTY_WORDS & set(re.split(r"[-_.]", path.name.lower()))
    ]
    assert empty == []
