"""The fonts that documents are set in: those within typst, and three packages under the SIL Open Font License 1.1."""

from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

PACKAGES = {
    "manimgx_fonts": "manimgx-fonts",
    "noto_cjk_sans_otc": "noto-cjk-sans-otc",
    "fontpkg_amiri": "fontpkg-amiri",
}
"""Noto Sans for the scripts of the world, Noto Sans CJK, and Amiri for Arabic; by their modules, with their packages."""


def folders() -> list[str]:
    """Where their files are."""
    return [str(_folder(module)) for module in PACKAGES]


def versions() -> list[str]:
    """What sets type and scales marks: another version may do the same a little differently."""
    return [f"{package} {version(package)}" for package in ("typst", "segno", "pillow", *PACKAGES.values())]


def _folder(module: str) -> Path:
    """Without importing it: the fonts are all that is wanted of a package."""
    found = find_spec(module)
    if found is None or found.origin is None:
        raise RuntimeError(f"The package {PACKAGES[module]} is missing, whose fonts documents are set in.")
    return Path(found.origin).parent
