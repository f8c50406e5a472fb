from __future__ import annotations

from app.redaction import redact

BEGIN = "-----BEGIN RSA PRIVATE KEY-----"
END = "-----END RSA PRIVATE KEY-----"
BODY = "MIIEpAIBAAKCAQEAnotreal0Yx3Kq7ZtVbN2mLp9sRwEuJdHgFcXaQkPzTiOy\n" * 5


def test_each_of_several_keys_goes_and_what_is_between_stays() -> None:
    key = f"{BEGIN}\n{BODY}{END}"
    redacted = redact(f"old:\n{key}\nnew:\n{key}\n")
    assert redacted.text == "old:\n[private key removed]\nnew:\n[private key removed]\n"
    assert redacted.removed == {"private_key": 2}


def test_a_key_without_its_end_goes_up_to_the_first_line_that_is_none() -> None:
    assert redact(f"{BEGIN}\n{BODY}\nThat is all.\n{BEGIN} is how it begins.").text == (
        "[private key removed]\n\nThat is all.\n[private key removed] is how it begins."
    )


def test_public_keys_and_certificates_stay() -> None:
    text = f"-----BEGIN PUBLIC KEY-----\n{BODY}-----END PUBLIC KEY-----\n-----BEGIN CERTIFICATE-----\n{BODY}"
    assert redact(text).text == text
