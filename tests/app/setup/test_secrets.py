"""Secrets go into files that nobody else may read, and are shown as fingerprints only."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from app.setup.plan import as_json
from app.setup.secret_files import WebhookSecret, new_signing_token
from app.signatures import signing_key
from integrations.sandbox.zendesk.state import TOKEN
from tests.app.setup.conftest import SetUp


def test_both_secrets_are_written_where_the_environment_says(set_up: SetUp) -> None:
    set_up.apply()
    for name in ("zendesk_webhook_secret", "gitlab_webhook_secret"):
        assert stat.S_IMODE((set_up.folder / name).stat().st_mode) == 0o600
    assert signing_key((set_up.folder / "gitlab_webhook_secret").read_text().strip())
    (number,) = set_up.sandbox.zendesk.account_objects()["webhooks"]
    answer = set_up.account().zendesk.get(f"webhooks/{number}/signing_secret")
    assert (set_up.folder / "zendesk_webhook_secret").read_text().strip() == answer["signing_secret"]["secret"]


def test_no_plan_shows_a_secret(set_up: SetUp) -> None:
    before = json.dumps(as_json(set_up.plan()))
    set_up.apply()
    (set_up.folder / "gitlab_webhook_secret").write_text(new_signing_token())
    after = json.dumps(as_json(set_up.plan()))
    for shown in (before, after):
        assert "whsec_" not in shown
        assert TOKEN not in shown
    assert '"sha256:' in after


def test_a_rotated_secret_is_sent_again_and_the_former_one_stays_for_what_is_under_way(set_up: SetUp) -> None:
    set_up.apply()
    secret = WebhookSecret.of(set_up.environ(), "GITLAB_WEBHOOK_SECRET")
    former = secret.value
    secret.put(new_signing_token())
    assert set_up.open() == {"hook/community-product": "change"}
    set_up.apply()
    assert set_up.open() == {}
    assert WebhookSecret.of(set_up.environ(), "GITLAB_WEBHOOK_SECRET").values == [secret.value, former]


def test_an_older_gitlab_that_drops_the_signing_token_gets_a_plain_one(set_up: SetUp) -> None:
    set_up.sandbox.gitlab.signing = False
    set_up.apply()
    assert set_up.open() == {}
    signing, plain = WebhookSecret.of(set_up.environ(), "GITLAB_WEBHOOK_SECRET").values
    assert signing == f"whsec_{plain}"


def test_a_secret_that_the_file_lost_is_written_again(set_up: SetUp) -> None:
    set_up.apply()
    file = set_up.folder / "zendesk_webhook_secret"
    kept = file.read_text()
    file.write_text("another")
    assert set_up.open() == {"secret/zendesk": "change"}
    set_up.apply()
    assert file.read_text() == f"{kept.strip()},another\n"


@pytest.mark.parametrize("missing", ["ZENDESK_WEBHOOK_SECRET_FILE", "GITLAB_WEBHOOK_SECRET_FILE"])
def test_without_a_file_to_write_into_a_person_must_name_one(
    set_up: SetUp, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {name: value for name, value in set_up.environ().items() if name != missing}
    monkeypatch.setattr(set_up, "environ", lambda: environ)
    manual = {step.reason for step in set_up.plan() if step.verb == "manual"}
    assert any(missing in reason for reason in manual)


def test_the_file_may_lie_in_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    secret = WebhookSecret("X", str(tmp_path / "run" / "secret"))
    secret.put("one")
    assert WebhookSecret.of({"X_FILE": secret.file}, "X").value == "one"
