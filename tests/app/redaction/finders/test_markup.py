"""Secrets named by an element, an entry of a list, a pair or a table."""

from __future__ import annotations

import pytest

from app.redaction import redact

SECRET = "S3cr3tPassw0rd"
TOKEN = "Xq7RtLb4WYp2Jq8sKx3v"
PLACES = [
    "<password>{p}</password>",
    "<ns:Password encrypted='no'>\n  {p}\n</ns:Password>",
    "<password><![CDATA[{p}]]></password>",
    "&lt;password&gt;{p}&lt;/password&gt;",
    "<server><id>nexus</id><username>jroe</username><password>{p}</password></server>",
    '<property name="hibernate.connection.password">{p}</property>',
    '<string name="api_key">{a}</string>',
    '<add key="ClearTextPassword" value="{p}" />',
    '<add value="{p}" key="Password"/>',
    '<connection host="db" password="{p}"/>',
    "<key>DBPassword</key>\n<string>{p}</string>",
    "<tr><td>Password</td><td>{p}</td></tr>",
    "<name>DEPLOY_TOKEN</name> <value>{s}</value>",
    "- name: DB_PASSWORD\n  value: {p}",
    '- name: DB_PASSWORD\n  value: "{p}"\n- name: LOG_LEVEL\n  value: debug3',
    '{"key": "DB_PASSWORD", "variable_type": "env_var", "value": "{p}"}',
    '{"value": "{p}", "name": "DB_PASSWORD"}',
    '{\\"name\\":\\"DB_PASSWORD\\",\\"value\\":\\"{p}\\"}',
    '[{"key":"client_secret","value":"{s}","enabled":true}]',
    'name  = "DB_PASSWORD"\n    value = "{p}"',
    '{"name": "X-Api-Key", "value": "{a}"}',
    "requests.get(u, auth=('jroe','{p}'))",
    'requests.get(u, auth = HTTPBasicAuth("jroe", "{p}"))',
    "smtp.login('jroe@', '{p}')",
    'request.basic_auth "jroe", "{p}"',
    "auth: ['jroe', '{p}']",
    'new NetworkCredential("jroe", "{p}")',
    "| user | password |\n|---|---|\n| jroe | {p} |",
    "| user | password |\n|---|---|\n| jroe | {p} |\n| anna | {p} |",
    "user | pass\n--- | ---\njroe | {p}",
    "> | User | **Password** |\n> |:-:|---|\n> | jroe | `{p}` |",
    "| Setting | Value |\n|---|---|\n| Host | db |\n| Password | {p} |",
    "user,password\njroe,{p}\nanna,{p}",
    "login;password;role\njroe;{p};admin",
    "Username\tPassword\njroe\t{p}",
]


@pytest.mark.parametrize("place", PLACES)
def test_goes(place: str) -> None:
    def filled(password: str, secret: str, api_key: str) -> str:
        return place.replace("{p}", password).replace("{s}", secret).replace("{a}", api_key)

    left = filled("[password removed]", "[secret removed]", "[API key removed]")
    assert redact(filled(SECRET, TOKEN, TOKEN)).text == left


@pytest.mark.parametrize(
    "text",
    [
        "<password>${env.NEXUS_PASSWORD}</password> <password></password> <password>********</password>",
        "<li>Reset password</li>\n<li>click2</li> <td>Password</td><td>supported</td>",
        '<passwordFile>/etc/x1</passwordFile> <tokenType>bearer2</tokenType> <input type="password" id="user_1">',
        "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db\n      key: password",
        "- name: DB_PASSWORD\n- name: LEVEL\n  value: debug3",
        "- name: password_min_length\n  value: 12345abc",
        "requests.get(u, auth=('user', 'pass'))",
        "auth: ['read', 'write'] and auth_scopes = [\"api\", \"read_user\"]",
        "| Attribute | Type | Required |\n|---|---|---|\n| `password` | string | no |\n| `token` | string | yes |",
        "| Method | Password | Token |\n|---|---|---|\n| LDAP | supported | no |\n| Basic | SHA-256 | yes |",
        "| user | password |\n|---|---|\n| jroe | wrong |\n| anna | ****** |",
        "First user, password\nthen project, page3 of it\n",
        "Enter the user, the password, and the token; then log in, click2, and wait.",
        "with names such as *PASSWORD|TOKEN|SECRET|KEY*; auth=(a, b)",
        "name: release-job, value: 3 of key: cache1",
    ],
)
def test_stays(text: str) -> None:
    assert redact(text).text == text
