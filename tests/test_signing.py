"""connectors/signing.py: what is believed and what is not."""

import hashlib
import hmac

import pytest

from connectors.base import BadSignature, Secret
from connectors.signing import body_id, check_hmac, same

BODY = '{"title": "Überlauf"}'.encode()


def secret(value: str, origin: str = "the variable OPS_SECRET") -> Secret:
    return Secret(lambda: value, origin)


def signed(value: str, body: bytes = BODY, method: str = "sha256") -> str:
    return f"{method}=" + hmac.new(value.encode(), body, getattr(hashlib, method)).hexdigest()


def test_the_vendors_own_example_is_believed():
    # the values that GitHub's documentation gives for testing
    header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    check_hmac(b"Hello, World!", header, [secret("It's a Secret to Everybody")])


def test_the_new_and_the_old_secret_are_both_good_while_they_rotate():
    for value in ("new", "old"):
        check_hmac(BODY, signed(value), [secret("new"), secret("old")])
    with pytest.raises(BadSignature):
        check_hmac(BODY, signed("older"), [secret("new"), secret("old"), None])


def test_one_changed_byte_is_refused_and_the_error_names_the_secret_but_not_its_value():
    with pytest.raises(BadSignature) as refused:
        check_hmac(BODY + b" ", signed("s3cr3t"), [secret("s3cr3t")])
    assert "does not match the body" in refused.value.message
    assert "the variable OPS_SECRET" in refused.value.mend
    assert "s3cr3t" not in refused.value.message + refused.value.mend


@pytest.mark.parametrize(
    "header",
    [None, "", "=", "sha256", "sha256=", "sha256=\xe9", "sha256=\udcff", "sha256=" + "ß" * 64, "md5=00", "sha256 =00"],
)
def test_a_header_that_is_no_signature_is_refused_and_never_crashes(header):
    with pytest.raises(BadSignature):
        check_hmac(BODY, header, [secret("s")])


def test_an_older_hash_is_refused_even_if_it_is_right():
    header = "sha1=" + hmac.new(b"s", BODY, hashlib.sha1).hexdigest()
    with pytest.raises(BadSignature):
        check_hmac(BODY, header, [secret("s")])
    with pytest.raises(BadSignature):
        check_hmac(BODY, header, [secret("s")], methods=("sha1", "sha256"))


def test_a_stronger_hash_is_believed_where_it_is_allowed():
    check_hmac(BODY, signed("s", method="sha512"), [secret("s")], methods=("sha256", "sha512"))
    with pytest.raises(BadSignature):
        check_hmac(BODY, signed("s", method="sha512"), [secret("s")])


def test_an_empty_secret_signs_nothing():
    with pytest.raises(BadSignature):
        check_hmac(BODY, signed(""), [secret("")])


def test_texts_outside_ascii_are_compared():
    assert same("é", "é")
    assert not same("é", "e")


def test_a_body_without_an_id_is_named_by_its_hash():
    assert body_id(b"") == hashlib.sha256(b"").hexdigest()
