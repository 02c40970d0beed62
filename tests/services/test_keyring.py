"""The secret key and its uses: one key for each purpose, and none lost when it is replaced."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.keyring import Keyring, Purpose, Unreadable

OLD, NEW = "the old key of forty characters or more..", "the new key of forty characters or more.."
PURPOSES: tuple[Purpose, ...] = ("webhook secrets", "kept answers")


@settings(max_examples=30, deadline=None)
@given(plain=st.binary(max_size=3000), purpose=st.sampled_from(PURPOSES))
def test_what_is_sealed_is_read_again_and_nothing_of_it_shows(plain: bytes, purpose: Purpose) -> None:
    keyring = Keyring(NEW)
    sealed = keyring.seal(purpose, plain)
    assert keyring.unseal(purpose, sealed) == plain
    assert len(plain) < 4 or plain not in sealed
    assert keyring.seal(purpose, plain) != sealed


def test_what_was_sealed_for_one_purpose_is_nothing_for_another() -> None:
    keyring = Keyring(NEW)
    sealed = keyring.seal("webhook secrets", b"whsec_")
    with pytest.raises(Unreadable):
        keyring.unseal("kept answers", sealed)


def test_the_key_before_still_reads_and_no_other_does() -> None:
    sealed = Keyring(OLD).seal("kept answers", b"answer")
    assert Keyring(NEW, OLD).unseal("kept answers", sealed) == b"answer"
    for keyring in (Keyring(NEW), Keyring(NEW, "another key of forty characters or more")):
        with pytest.raises(Unreadable):
            keyring.unseal("kept answers", sealed)


def test_new_things_are_sealed_under_the_present_key_alone() -> None:
    sealed = Keyring(NEW, OLD).seal("kept answers", b"answer")
    assert Keyring(NEW).unseal("kept answers", sealed) == b"answer"
    with pytest.raises(Unreadable):
        Keyring(OLD).unseal("kept answers", sealed)


def test_sealed_anew_it_is_the_same_under_the_present_key() -> None:
    sealed = Keyring(NEW, OLD).renewed("webhook secrets", Keyring(OLD).seal("webhook secrets", b"whsec_"))
    assert Keyring(NEW).unseal("webhook secrets", sealed) == b"whsec_"


@pytest.mark.parametrize("place", [0, 1, 9, 20, 40, -1])
def test_what_was_altered_or_cut_is_not_read(place: int) -> None:
    keyring = Keyring(NEW)
    sealed = bytearray(keyring.seal("kept answers", b"answer"))
    cut = bytes(sealed[:place])
    sealed[place] ^= 1
    for wrong in (bytes(sealed), cut, b""):
        with pytest.raises(Unreadable):
            keyring.unseal("kept answers", wrong)


def test_nothing_of_a_key_or_of_what_was_sealed_is_told() -> None:
    with pytest.raises(Unreadable) as told:
        Keyring(NEW).unseal("kept answers", Keyring(OLD).seal("kept answers", b"answer"))
    assert told.value.__cause__ is None
    assert "answer" not in str(told.value).replace("kept answers", "")


def test_keys_of_claim_links_are_their_own_the_present_one_first() -> None:
    (new,) = Keyring(NEW).claim_keys
    (old,) = Keyring(OLD).claim_keys
    assert Keyring(NEW, OLD).claim_keys == (new, old)
    assert len({new, old}) == 2
    assert len(new) == 32
    assert new not in NEW.encode()
    assert (Keyring(NEW, OLD).was_replaced, Keyring(NEW).was_replaced) == (True, False)
