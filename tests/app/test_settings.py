"""Settings: read from the environment and from files; every problem said at once, no value ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import BadSettings, load


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    for name in ("routing.yaml", "macros.yaml"):
        (tmp_path / name).write_text("version: 1\n")
    return {
        "ZENDESK_URL": "https://acme.zendesk.com/",
        "ZENDESK_EMAIL": "bot@acme.example",
        "ZENDESK_TOKEN": "zendesk-token",
        "ZENDESK_WEBHOOK_SECRET": "old-secret, new-secret",
        "GITLAB_URL": "https://gitlab.com",
        "GITLAB_TOKEN": "gitlab-token",
        "DESK_TOKEN": "desk-token-of-the-tests",
        "ROUTING_FILE": str(tmp_path / "routing.yaml"),
        "MACROS_FILE": str(tmp_path / "macros.yaml"),
    }


def problems(environ: dict[str, str]) -> list[str]:
    with pytest.raises(BadSettings) as caught:
        load(environ)
    return caught.value.problems


def test_reads_the_environment(environ: dict[str, str]) -> None:
    settings = load(environ)
    assert settings.zendesk_url == "https://acme.zendesk.com"
    assert [secret.get_secret_value() for secret in settings.zendesk_webhook_secret] == ["old-secret", "new-secret"]


def test_a_value_may_come_from_a_file(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from-a-file\n")
    del environ["GITLAB_TOKEN"]
    settings = load({**environ, "GITLAB_TOKEN_FILE": str(tmp_path / "secret")})
    assert settings.gitlab_token.get_secret_value() == "from-a-file"


def test_names_every_missing_setting_at_once() -> None:
    said = problems({})
    for name in ("ZENDESK_URL", "ZENDESK_WEBHOOK_SECRET", "GITLAB_URL", "GITLAB_TOKEN", "DESK_TOKEN"):
        assert [line for line in said if line.startswith(f"{name} is missing")], name
    assert "set ZENDESK_EMAIL and ZENDESK_TOKEN, or ZENDESK_OAUTH_TOKEN." in said


@pytest.mark.parametrize("name", ["ZENDESK_WEBHOOK_SECRET", "GITLAB_TOKEN", "DESK_TOKEN"])
def test_an_empty_secret_is_a_missing_one(environ: dict[str, str], name: str) -> None:
    assert problems({**environ, name: ""})[0].startswith(f"{name} is missing")


def test_needs_one_way_to_sign_in(environ: dict[str, str]) -> None:
    del environ["ZENDESK_TOKEN"]
    assert problems(environ) == ["set ZENDESK_EMAIL and ZENDESK_TOKEN, or ZENDESK_OAUTH_TOKEN."]


def test_what_does_not_fit_together_is_said_beside_what_is_wrong_by_itself(environ: dict[str, str]) -> None:
    del environ["ZENDESK_TOKEN"]
    wrong = {"PORT": "ninety", "SENTRY_ORG": "acme", "LLM_URL": "https://llm.example.com"}
    assert [line.split()[:2] for line in problems({**environ, **wrong})] == [
        ["PORT:", "must"],
        ["set", "ZENDESK_EMAIL"],
        ["set", "SENTRY_URL,"],
        ["set", "LLM_MODEL"],
    ]


def test_a_token_that_cannot_be_read_is_not_said_to_be_missing(environ: dict[str, str]) -> None:
    del environ["ZENDESK_TOKEN"]
    said = problems({**environ, "ZENDESK_TOKEN_FILE": "nowhere"})
    assert said == ["ZENDESK_TOKEN_FILE: cannot read nowhere (FileNotFoundError)."]


def test_a_secret_that_setup_makes_says_so_before_it_is_there(environ: dict[str, str]) -> None:
    del environ["ZENDESK_WEBHOOK_SECRET"]
    (said,) = problems({**environ, "ZENDESK_WEBHOOK_SECRET_FILE": "data/zendesk_webhook_secret"})
    assert said == (
        "ZENDESK_WEBHOOK_SECRET_FILE: data/zendesk_webhook_secret is not there yet; `pointsman setup apply` writes it."
    )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ZENDESK_URL", "http://acme.zendesk.com", "must start with https://"),
        ("GITLAB_URL", "gitlab.com", "must be an address"),
        ("GITLAB_URL", "https://user:s3cret@gitlab.com", "must not carry a user or password"),
        ("DATABASE_URL", "mysql://db", "must start with sqlite:/// or postgresql://"),
        ("DATABASE_URL", "sqlite:///:memory:", "DATABASE_URL: an in-memory SQLite database keeps nothing"),
        ("DATABASE_URL", "postgresql://db:s3cret/x", "DATABASE_URL: must be an address like postgresql://user"),
        ("DATABASE_URL", "postgresql://user:pass@s3cret@host/x", "an @ in the password is written %40"),
        ("DATABASE_URL", "postgresql://user:pass@host/s3cret@host/x", "an @ in the password is written %40"),
        ("PORT", "ninety", "valid integer"),
        ("PORT", "99999", "less than or equal to 65535"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL: must be 'debug', 'info'"),
        ("ROUTING_FILE", "nowhere.yaml", "there is no file nowhere.yaml"),
        ("GITLAB_TOKEN_FILE", "nowhere", "set it or GITLAB_TOKEN_FILE, not both"),
    ],
)
def test_says_what_is_wrong_with_a_value(environ: dict[str, str], name: str, value: str, said: str) -> None:
    (line,) = problems({**environ, name: value})
    assert said in line
    assert "s3cret" not in line


def test_files_that_nobody_named_must_be_there_too(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "macros.yaml").unlink()
    del environ["ROUTING_FILE"], environ["MACROS_FILE"]
    assert problems(environ) == ["MACROS_FILE: there is no file macros.yaml."]


def test_a_file_that_cannot_be_read_is_named(environ: dict[str, str]) -> None:
    del environ["DESK_TOKEN"]
    assert "DESK_TOKEN_FILE: cannot read nowhere (FileNotFoundError)." in problems(
        {**environ, "DESK_TOKEN_FILE": "nowhere"}
    )


def test_http_is_allowed_on_loopback(environ: dict[str, str]) -> None:
    for host in ("127.0.0.1:8081", "localhost", "[::1]:9"):
        assert load({**environ, "ZENDESK_URL": f"http://{host}"}).zendesk_url == f"http://{host}"


LLM = {"LLM_URL": "https://llm.example.com/v1/", "LLM_MODEL": "small-1"}


def test_a_language_model_is_off_unless_it_has_an_address(environ: dict[str, str]) -> None:
    settings = load(environ)
    assert (settings.llm_url, settings.llm_token, settings.llm_per_hour, settings.llm_private) == ("", None, 60, False)


def test_a_language_model_needs_no_token(environ: dict[str, str]) -> None:
    settings = load({**environ, **LLM, "LLM_PER_HOUR": "5", "LLM_PRIVATE": "true"})
    assert (settings.llm_url, settings.llm_model) == ("https://llm.example.com/v1", "small-1")
    assert (settings.llm_per_hour, settings.llm_private) == (5, True)


def test_a_language_models_address_needs_the_models_name(environ: dict[str, str]) -> None:
    said = problems({**environ, "LLM_URL": "http://127.0.0.1:11434/v1"})
    assert said == ["set LLM_MODEL to the name of the model at LLM_URL, or leave LLM_URL empty."]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LLM_URL", "http://llm.example.com/v1", "LLM_URL: must start with https://"),
        ("LLM_URL", "https://user:s3cret@llm.example.com", "LLM_URL: must not carry a user or password"),
        ("LLM_URL", "https://llm.example.com:s3cret/v1", "LLM_URL: must be an address"),
        ("LLM_URL", "https://llm.example.com/v1?key=s3cret", "LLM_URL: must be what stands before /chat/completions"),
        ("LLM_PER_HOUR", "-1", "LLM_PER_HOUR: must be greater"),
        ("LLM_PRIVATE", "perhaps", "LLM_PRIVATE: must be a valid boolean."),
    ],
)
def test_says_what_is_wrong_with_a_language_models_settings(
    environ: dict[str, str], name: str, value: str, said: str
) -> None:
    (line,) = problems({**environ, **LLM, name: value})
    assert line.startswith(said)
    assert "s3cret" not in line


def test_secrets_are_not_shown(environ: dict[str, str]) -> None:
    settings = load({**environ, "LLM_TOKEN": "llm-token"})
    shown = repr(settings) + str(settings)
    for secret in ("zendesk-token", "old-secret", "gitlab-token", "desk-token", "llm-token"):
        assert secret not in shown


@pytest.mark.parametrize("token", ["a token with blanks in it", "tokén-of-the-tests-é", "a" * 20 + "\n"])
def test_a_token_that_cannot_be_sent_is_refused(environ: dict[str, str], token: str) -> None:
    with pytest.raises(BadSettings) as caught:
        load({**environ, "DESK_TOKEN": token})
    assert caught.value.problems == ["DESK_TOKEN: must be ASCII characters without blanks: openssl rand -hex 32."]


def test_an_empty_file_is_no_secret(environ: dict[str, str], tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text(" \n")
    del environ["DESK_TOKEN"]
    with pytest.raises(BadSettings) as caught:
        load({**environ, "DESK_TOKEN_FILE": str(empty)})
    assert [problem.partition(":")[0] for problem in caught.value.problems] == ["DESK_TOKEN is missing"]


def test_the_token_for_reading_is_another_one(environ: dict[str, str]) -> None:
    (said,) = problems({**environ, "DESK_READ_TOKEN": environ["DESK_TOKEN"]})
    assert said.startswith("DESK_READ_TOKEN: must not be that of DESK_TOKEN")
    assert load({**environ, "DESK_READ_TOKEN": "a" * 20}).desk_read_token


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Desk.Example.org/x", "https://desk.example.org"),
        ("https://desk.example.org:443", "https://desk.example.org"),
        ("https://desk.example.org:8443", "https://desk.example.org:8443"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("", ""),
    ],
)
def test_the_desks_origin_is_as_browsers_spell_it(environ: dict[str, str], url: str, origin: str) -> None:
    assert load({**environ, "DESK_URL": url}).desk_origin == origin


LOGIN = {"DESK_GITLAB_ID": "id", "DESK_GITLAB_SECRET": "secret", "DESK_URL": "https://desk.example.org"}


def test_people_and_groups_are_listed_with_commas(environ: dict[str, str]) -> None:
    settings = load({**environ, **LOGIN, "DESK_OPERATORS": "@Ada, Community/Ops", "DESK_READERS": "community"})
    assert (settings.desk_operators, settings.desk_readers) == (("@ada", "community/ops"), ("community",))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (LOGIN, "set DESK_OPERATORS or DESK_READERS: else GitLab signs nobody in."),
        ({"DESK_READERS": "community"}, "set DESK_GITLAB_ID and DESK_GITLAB_SECRET, or neither"),
        ({**LOGIN, "DESK_URL": "", "DESK_READERS": "community"}, "set DESK_URL: GitLab sends people back there."),
        ({**LOGIN, "DESK_READERS": "ada@example.org"}, "DESK_READERS: must list @name of people"),
        ({**LOGIN, "DESK_OPERATORS": "community/.*"}, "DESK_OPERATORS: must list @name of people"),
    ],
)
def test_signing_in_with_gitlab_needs_all_of_it(environ: dict[str, str], given: dict[str, str], problem: str) -> None:
    assert [said for said in problems({**environ, **given}) if said.startswith(problem)]
