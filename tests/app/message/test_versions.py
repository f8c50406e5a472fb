"""Which of the versions in a report is GitLab's."""

from __future__ import annotations

import time

import pytest

from app.message.versions import gitlab_version

ENV_INFO = """System information
System:		Ubuntu 22.04
Current User:	git
Using RVM:	no
Ruby Version:	2.7.5p203
Gem Version:	3.1.6
Bundler Version:2.3.15
Rake Version:	13.0.6
Redis Version:	6.2.7
Sidekiq Version:6.4.0
Go Version:	unknown

GitLab information
Version:	15.3.2{suffix}
Revision:	ba4e3c2b1c4
Directory:	/opt/gitlab/embedded/service/gitlab-rails
DB Adapter:	PostgreSQL
DB Version:	13.6
URL:		https://git.example.org

GitLab Shell
Version:	14.10.0
Repository storages:
- default: 	/var/opt/gitlab/git-data/repositories
"""
VERSIONS = [
    ("17.4.2 broke my container registry", "17.4.2"),
    ("looks like 16.11.1 introduced a leak", "16.11.1"),
    ("Node.js 18.17 broke our build", ""),
    ("Ruby version: 2.7.5\nGitLab\nVersion: 15.3.2-ee", "15.3.2"),
    ("Ruby version: 2.7.5, GitLab version: 15.3.2-ee", "15.3.2"),
    (ENV_INFO.format(suffix="-ee"), "15.3.2"),
    (ENV_INFO.format(suffix=""), "15.3.2"),
    ("GitLab Shell\nVersion: 14.10.0\n\nGitLab information\nVersion: 15.3.2", "15.3.2"),
    ("it only speaks TLS v1.2 since we run GitLab 17.0", "17.0"),
    ("GitLab Runner 16.1.0 on GitLab 16.2.4", "16.2.4"),
    ("gitlab-runner 16.1.0 with Docker 24.0.5, and GitLab CE 16.2.4", "16.2.4"),
    ("GitLab 16.2.4 with runner 16.1.0", "16.2.4"),
    ("Node.js 18.17 / npm v9.6.7 / GitLab v16.2", "16.2"),
    ("PostgreSQL 14.5 and Redis 7.0; upgraded to 16.0.1", "16.0.1"),
    ("Running on Ubuntu 22.04, version 15.11", "15.11"),
    ("Self-managed GitLab (Ubuntu 22.04) 15.11.3", "15.11.3"),
    ("Git 2.39.1 cannot push to GitLab 15.8", "15.8"),
    ("git version 2.39.1", ""),
    ("Chrome 17.0 and Firefox 15.2 both fail", ""),
    ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/53.36 Version/16.1 Safari/60.1", ""),
    ("Kubernetes 1.27, helm chart 7.2.0, GitLab 16.2.0", "16.2.0"),
    ("GitLab chart 7.2.0 (GitLab 16.2.0)", "16.2.0"),
    ("Gitaly 16.3.0 crashes", ""),
    ("since 11.4 the Web IDE eats my tabs", "11.4"),
    ("The runner page is blank since 11.4", "11.4"),
    ("image gitlab/gitlab-ee:17.0.1-ee.0", "17.0.1"),
    ("v17.0.1-ee.0", "17.0.1"),
    ("GitLab Enterprise Edition 15.3", "15.3"),
    ("GitLab Enterprise Edition 15.3.2-ee 1a2b3c", "15.3.2"),
    ("apt install gitlab-ce=13.1.2", "13.1.2"),
    ("gitlab-ce_13.1.2-ce.0_amd64.deb", "13.1.2"),
    ("upgraded GitLab from 15.2.1 to 15.3.2", "15.3.2"),
    ("after the upgrade from 14.10 to 15.0 it hangs", "15.0"),
    ("we upgraded it to 15.0", "15.0"),
    ("| GitLab | 15.3.2 |\n| Ruby | 2.7 |", "15.3.2"),
    ("**GitLab version:** `16.4.1`", "16.4.1"),
    ("Self-hosted, 16.4.1-ce", "16.4.1"),
    ("8.14.2 omnibus", "8.14.2"),
    ("Versión: 15.3, navegador Firefox 102.0", "15.3"),
    ("GitLab 版本 15.3", "15.3"),
    ("GitLab のバージョン: 15.3", "15.3"),
    ("on 12.05.2023 it broke", ""),
    ("since 12.05. it is broken", ""),
    ("since 10.30 am", ""),
    ("the server 10.0.0.12 with GitLab", ""),
    ("running 16.5 GB of memory", ""),
    ("Rspec version: 13.12", ""),
    ("GitLab takes 12.5 s", ""),
    ("see https://docs.gitlab.com/15.11/ee/ci", ""),
    ("Ubuntu 22.04.3, Postgres 14.9, GL 17.1.0", "17.1.0"),
    ("upgraded 15.9 -> 16.2", "16.2"),
    ("von 15.11.3 auf 16.2.3 aktualisiert", "16.2.3"),
    ("python-gitlab 15.3.0 cannot list projects", ""),
    ("GitLab fails", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "version"), VERSIONS)
def test_finds_the_version_that_is_gitlabs(text: str, version: str) -> None:
    assert gitlab_version(text) == version


@pytest.mark.parametrize("piece", ["GitLab ", "1", "15.3 ", "\n", "version ", "gitlab-", "v1.", " ", "a"])
def test_takes_time_in_proportion_to_the_length(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    begin = time.process_time()
    gitlab_version(text)
    assert time.process_time() - begin < 1
