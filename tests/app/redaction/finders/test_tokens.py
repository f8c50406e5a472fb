from __future__ import annotations

import pytest

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


def made_up(length: int, alphabet: str = "aB3dE6gH9kL2nP5rS8tV1xY4zQ7wU0") -> str:
    return (alphabet * (length // len(alphabet) + 1))[:length]


HEX = "0a1b2c3d4e5f6789"
CAPITALS = "A3B6C9D2E5F8"
UUID = "0a1b2c3d-4e5f-6789-0a1b-2c3d4e5f6789"
BY_VENDOR = {
    "1Password": f"A3-{made_up(6, CAPITALS)}-{made_up(6, CAPITALS)}-" + "-".join([made_up(5, CAPITALS)] * 4),
    "1Password account": f"ops_eyJ{made_up(250)}",
    "Adobe": f"p8e-{made_up(32)}",
    "Airtable": f"pat{made_up(14)}.{made_up(64, HEX)}",
    "Alibaba": f"LTAI{made_up(20)}",
    "Anthropic": f"sk-ant-api03-{made_up(93)}AA",
    "Artifactory": f"AKCp{made_up(69)}",
    "Artifactory reference": f"cmVmd{made_up(59)}",
    "Atlassian": f"ATATT3xFfGF0{made_up(180)}",
    "Azure": f"abC8Q~{made_up(34)}",
    "Bitbucket": f"ATCTT3xFfGN0{made_up(171)}",
    "Buildkite": f"bkua_{made_up(40, HEX)}",
    "CircleCI": f"CCIPAT_{made_up(22)}_{made_up(40, HEX)}",
    "ClickHouse": f"4b1d{made_up(38)}",
    "Clojars": f"CLOJARS_{made_up(60, HEX)}",
    "Cloudflare": f"v1.0-{made_up(24, HEX)}-{made_up(146, HEX)}",
    "Contentful": f"CFPAT-{made_up(43)}",
    "Databricks": f"dapi{made_up(32, HEX)}",
    "Defined Networking": f"dnkey-{made_up(26)}-{made_up(52)}",
    "DigitalOcean": f"dop_v1_{made_up(64, HEX)}",
    "Docker Hub": f"dckr_oat_{made_up(32)}",
    "Doppler": f"dp.pt.{made_up(43)}",
    "Dropbox": f"sl.{made_up(135)}",
    "Duffel": f"duffel_live_{made_up(43)}",
    "Dynatrace": f"dt0c01.{made_up(24)}.{made_up(64)}",
    "EasyPost": f"EZAK{made_up(54)}",
    "Facebook": f"EAAC{made_up(120)}",
    "Figma": f"figd_{made_up(40)}",
    "Flutterwave": f"FLWSECK_TEST-{made_up(32, HEX)}-X",
    "Fly.io": f"fo1_{made_up(43)}",
    "Frame.io": f"fio-u-{made_up(64)}",
    "Google": f"1//0{made_up(60)}",
    "Grafana": f"glc_{made_up(60)}",
    "Grafana, old": f"eyJrIjoi{made_up(80)}",
    "Groq": f"gsk_{made_up(52)}",
    "Harness": f"pat.{made_up(22)}.{made_up(24)}.{made_up(20)}",
    "Heroku": f"HRKU-AA{made_up(58)}",
    "Hugging Face": f"api_org_{made_up(34)}",
    "Infracost": f"ico-{made_up(32)}",
    "Mailchimp": f"{made_up(32, HEX)}-us12",
    "Mailgun": f"key-{made_up(32, HEX)}",
    "MaxMind": f"{made_up(6)}_{made_up(29)}_mmk",
    "Netlify": f"nfp_{made_up(36)}",
    "New Relic": f"NRII-{made_up(32)}",
    "Notion": f"ntn_{made_up(46)}",
    "NuGet": f"oy2{made_up(43, HEX)}",
    "NVIDIA": f"nvapi-{made_up(64)}",
    "Octopus Deploy": f"API-{made_up(26, CAPITALS)}",
    "OpenShift": f"sha256~{made_up(43)}",
    "Perplexity": f"pplx-{made_up(48)}",
    "PlanetScale": f"pscale_tkn_{made_up(43)}",
    "Postman": f"PMAK-{made_up(24, HEX)}-{made_up(34, HEX)}",
    "Prefect": f"pnu_{made_up(36)}",
    "Pulumi": f"pul-{made_up(40, HEX)}",
    "ReadMe": f"rdme_{made_up(70, HEX)}",
    "Replicate": f"r8_{made_up(37)}",
    "Scalingo": f"tk-us-{made_up(48)}",
    "Sendinblue": f"xkeysib-{made_up(64, HEX)}-{made_up(16)}",
    "Sentry": f"sntryu_{made_up(64, HEX)}",
    "SettleMint": f"sm_pat_{made_up(16)}",
    "Shippo": f"shippo_live_{made_up(40, HEX)}",
    "Shopify": f"shpss_{made_up(32, HEX)}",
    "SonarQube": f"squ_{made_up(40, HEX)}",
    "Sourcegraph": f"sgp_{made_up(16, HEX)}_{made_up(40, HEX)}",
    "Square": f"sq0atp-{made_up(22)}",
    "Stripe": f"sk_prod_{made_up(24)}",
    "Supabase": f"sbp_{made_up(40, HEX)}",
    "Terraform": f"{made_up(14)}.atlasv1.{made_up(67)}",
    "Twilio": f"SK{made_up(32, HEX)}",
    "Typeform": f"tfp_{made_up(59)}",
    "Vault, old": f"s.{made_up(24)}",
    "xAI": f"xai-{made_up(80)}",
    "Yandex": f"AQVN{made_up(36)}",
}


@pytest.mark.parametrize("token", BY_VENDOR.values(), ids=BY_VENDOR)
def test_tokens_of_vendors_go_by_their_form(token: str) -> None:
    assert redact(f"We use {token}, it is refused.").text == "We use [API key removed], it is refused."


@pytest.mark.parametrize("prefix", ["glpat-", "GLPAT-", "Glpat-", "GLRT-", "gr1348941"])
def test_gitlab_tokens_go_in_capitals_too(prefix: str) -> None:
    assert redact(f"I have {prefix}Zq81kQm2Lp0aa7TT9uVw here").text == "I have [GitLab token removed] here"


@pytest.mark.parametrize(
    "text",
    [
        f"commit {made_up(40, HEX)}, digest sha256:{made_up(64, HEX)}, uuid {UUID}",
        "yields. SKIP, EAAProgram, API-ACCESS, key-value, pul-request, ico-images, pat.matches, s.replaceAll, sl.next",
        "the s.className, t1.column = t2.column, YCombinator, v1.0-beta1, sm_pat_, secret_key_base, oy2k, r8_x, dapi",
        "shape (4b1d), ATBBS, A3-paper, xai-labs/grok, gsk_enabled, fm2_, pnu_id, glc_check_everything, us-east-1-us2",
        "sha256~ is a prefix; GLPAT- and glpat- are prefixes",
    ],
)
def test_what_only_begins_like_a_token_stays(text: str) -> None:
    assert redact(text).text == text
