"""Beginnings, halves and wholes of what is looked for: repeated, they are what a bad pattern takes forever for."""

from __future__ import annotations

FRAGMENTS = (
    *("a", "1", ".", "1.", "1.1.1.1 ", "1.1.1.", "v1.1.1.1 ", "GitLab 1.1.1.1 ", "Chrome/1.1.1.1 ", "ip-1-2-3-4 "),
    *("@", "a@", "a@b", "a@b.cc ", "a.", "[at]", "a [at] b ", "a at b dot c ", " at ", " dot ", "://", "://a:b@"),
    *("password=", "password: ", 'password="', 'password=\\"', "password='x ", "secret_token=", "token: $A", "pass:\n"),
    *("token=aB3dE6gH9 ", "token aB3aB3aB3aB3aB3aB3 ", "password=a;x=", "my password is ", "password is x ", "pass "),
    *("authorization: bearer ", "Authorization: ", "Cookie: a=", "cookie", "?token=", "&code=aaaaaaaaaaaaaaaaaaaa1"),
    *("-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\n", "-----END PRIVATE KEY-----", "AAAA", "eyJ"),
    *("glpat-", "glpat-aaaaaaaaaaaaaaaaaaaa ", "eyJaaaaaaaaaaaa.aaa ", "AKIAAAAAAAAAAAAAAAAA ", "sk-", "SG.", "xox"),
    *("1 ", "12 34 56 78 ", "0461 5550142, ", "+49 30 1234567 ", "(030) 123456 ", "555-123-4567 ", "tel: 1", "(1"),
    *("phone 1234567 ", "ring 12 34 56 7 ", "4111 1111 1111 1111 ", "41111111", "4444 444 ", "0", "00 1", "٠", "０"),
    *("DE89", "DE89 3704 0044 0532 0130 00 ", "AA11 ", "::", "a:", "1:", "00:1a:2b:3c:4d:5e ", "2001:db8::1 "),
    *("mark ", "Mark Smith ", "Mark\n", "Smith-", "smith, ", "M. S. ", "Mark de la ", "Will ", "de la ", "'s"),
    *("\n", "> ", "x=\n", "Thanks,\n", "Thanks,\nBob\n", "From: ", "From: Bob\n", "On a, ", "Bob ", "Bob <a@b.cc> "),
    *(
        "/home/",
        "/home/bob/",
        "C:\\Users\\",
        "cn=",
        "uid=a,",
        "user",
        "username: bob ",
        '"user":"bob",',
        "bob@host:~$ ",
    ),
    *(
        "docker login ",
        "docker login -p ",
        "mysql -p",
        "echo a|",
        "machine a login b password c ",
        "--a ",
        "--password ",
    ),
    *("curl -u a:b ", "-u ", "hooks.slack.com/", "https://x/hooks/", "/token:", "recovery code ", "0123456789abcdef "),
    *('"', "'", "\\", "[", "`", "\ufdd0", "[email removed]", "é", "中", "e\u0301", "İ", "\ud800", "\u200b", "²"),
    *("&amp;", "&amp;#45;", "&", "\\-", "a=\nb", "—", "\u00ad-", "ﬁ", "C:\\a", "aB3=\n"),
    *("LS0tLS1CRUdJTi", "cGFzc3dvcmQ9YTtiPWM7cGFzc3dvcmQ9YTti\n", "kind: Secret\ndata:\n a: b\n", ".atlasv1.", "Q~"),
)
