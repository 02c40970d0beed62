"""A name says what belongs inside; these say only that something does."""

import re

from tests.architecture.tree import BESIDE, PACKAGES, ROOT, named

# Empty wherever they stand in a name, and empty where they are the whole of it (`worker_process` means something).
EMPTY = {"util", "utils", "common", "helper", "helpers", "manager", "misc"}
EMPTY_ALONE = {"data", "process", "lib", "core"}


def is_empty(name: str) -> bool:
    """Whether a file's name tells nothing of its subject."""
    stem = name.lower().split(".")[0]
    return stem in EMPTY_ALONE or bool(EMPTY & set(re.split(r"[-_]", stem)))


def test_no_file_or_folder_has_an_empty_name() -> None:
    paths = (path for folder in (*PACKAGES, *BESIDE) for path in (ROOT / folder).rglob("*"))
    assert [named(path) for path in paths if "node_modules" not in path.parts and is_empty(path.name)] == []
