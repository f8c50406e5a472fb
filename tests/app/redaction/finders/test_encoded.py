from __future__ import annotations

from base64 import b64encode
from textwrap import fill

import pytest

from app.redaction import redact

BODY = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n" * 3
KEY = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{BODY}-----END OPENSSH PRIVATE KEY-----\n"
DOCKER = '\n{ "auths": {"r.example": {"auth": "Y2k6bm90YXJlYWxwYXNzd29yZA=="}}}'
CERTIFICATE = KEY.replace("OPENSSH PRIVATE KEY", "CERTIFICATE")


def encode(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"I encoded it: {encode(KEY)}\nand it fails", "I encoded it: [private key removed]\nand it fails"),
        (f"I encoded it: {encode(KEY)[:93]}", "I encoded it: [private key removed]"),
        (f"{fill(encode(KEY), 76)}\nis refused", "[private key removed]\nis refused"),
        (f"    client-key-data: {encode(KEY)}\n    x: y", "    client-key-data: [private key removed]\n    x: y"),
        (f"SSH_PRIVATE_KEY={encode(KEY)} is set", "SSH_PRIVATE_KEY=[private key removed] is set"),
        (f"> {fill(encode(KEY), 64)}".replace("\n", "\n> "), "> [private key removed]"),
        (
            f"4b825dc642cb6eb9a060e54bf8d69288fbee4904\n{encode(KEY)}",
            "4b825dc642cb6eb9a060e54bf8d69288fbee4904\n[private key removed]",
        ),
        (f"x {encode('glpat-Zq81kQm2Lp0aa7TT9uVw')} y", "x [GitLab token removed] y"),
        (f"x {encode('DB_PASSWORD=S3cr3tPassw0rd')} y", "x [password removed] y"),
        (
            f"x {encode(DOCKER)} y",
            "x [secret removed] y",
        ),
        (f"x {encode('machine a.example login jane password n0tR34l-1')} y", "x [login removed] y"),
    ],
)
def test_secrets_in_base64_go(text: str, left: str) -> None:
    assert redact(text).text == left


@pytest.mark.parametrize(
    "text",
    [
        f"certificate-authority-data: {encode(CERTIFICATE)}",
        f"the file in base64 is {encode('Hello, this is nothing but an ordinary text.')}",
        "commits 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "integrity sha512/AbCdEfGhIjKlMnOpQrStUvWxYz012345678901234567890123456789==",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  log: YWJjZGVm\n",
    ],
)
def test_what_is_encoded_and_no_secret_stays(text: str) -> None:
    assert redact(text).text == text


@pytest.mark.parametrize("order", ["kind: Secret\ndata:\n{}type: Opaque\n", "data:\n{}kind: Secret\n"])
def test_all_data_of_a_kubernetes_secret_goes(order: str) -> None:
    data = "  username: {}\n  .dockerconfigjson: {}\n"
    left = redact(order.format(data.format("amRvZQ==", "Zm9v"))).text
    assert left == order.format(data.format(*["[secret removed]"] * 2))
