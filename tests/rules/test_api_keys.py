"""Keys can be recognised without asking anybody."""

import random
import re
import secrets

from hypothesis import given, settings
from hypothesis import strategies as st

from rules import api_keys

steady = settings(derandomize=True, deadline=None)
keys = st.integers(0).map(lambda seed: api_keys.mint(random.Random(seed).choice))  # noqa: S311 (repeatable on purpose)


def test_a_cryptographic_source_fits() -> None:
    assert api_keys.is_well_formed(api_keys.mint(secrets.choice))


@steady
@given(keys)
def test_a_minted_key_fits_the_pattern_and_its_checksum(key: str) -> None:
    assert re.fullmatch(api_keys.PATTERN, key)
    assert api_keys.is_well_formed(key)
    assert api_keys.hint(key) == key[41:]
    assert not api_keys.is_well_formed(key + "\n")


@steady
@given(keys, st.integers(9, 44), st.sampled_from(api_keys.BASE62))
def test_one_wrong_character_shows(key: str, place: int, other: str) -> None:
    altered = key[:place] + other + key[place + 1 :]
    assert api_keys.is_well_formed(altered) is (altered == key)


@steady
@given(st.text())
def test_anything_can_be_tested_and_digested(text: str) -> None:
    assert not api_keys.is_well_formed(text)
    assert re.fullmatch("[0-9a-f]{64}", api_keys.digest(text))


def test_even_half_a_surrogate_pair_has_a_digest() -> None:
    assert api_keys.digest("\ud800") != api_keys.digest("?")
