"""Words that say little: English stop words, the courtesies of tickets, and what nearly every issue of ours mentions.

Also the phrases of errors that mean more than their words do one by one.
"""

from __future__ import annotations

from typing import Final

STOP_WORDS: Final = frozenset(
    """
    a about after again all also am an and any anyone are aren as at be because been before being between both but
    by can cannot could couldn did didn do does doesn doing don done down during each either else ever every for
    from further get gets getting got had hadn has hasn have haven having he her here hers him his how i if in
    into is isn it its itself just let like ll many may me might more most much must my myself no nor not now of
    off on once one only or other our ours out over own per please re really s same shall she should shouldn since
    so some still such t than that the their theirs them then there these they this those through to too under
    until up us ve very via was wasn way we were weren what when where whether which while who whom whose why will
    with won would wouldn yes yet you your yours
    anybody appreciated cheers dear folks hello help hey hi hope kind kindly regards sincerely sorry team thank thanks
    thx
    com http https www
    """.split()  # noqa: SIM905  # a list of words reads best as words
)

COMMON_WORDS: Final = frozenset(
    """
    able add button change click create day error fail file find first fix gitlab go happen issue know last link look
    make message minute need new page people possible problem project report see seem set show someone something
    start step think time today try two update upgrade use user version want week work wrong year
    """.split()  # noqa: SIM905  # as above
)
"""Held by one issue in ten, as a guess, until the index is large enough to know."""

ERROR_PHRASES: Final = (
    "access denied",
    "bad gateway",
    "broken pipe",
    "cannot allocate memory",
    "certificate has expired",
    "certificate verify failed",
    "connection refused",
    "connection reset",
    "connection timed out",
    "could not resolve host",
    "deadline exceeded",
    "deadlock detected",
    "early eof",
    "exit code",
    "gateway timeout",
    "host key verification failed",
    "index lock",
    "internal server error",
    "invalid credentials",
    "merge conflict",
    "no route to host",
    "no space left",
    "no such file",
    "nil class",
    "not authorized",
    "null pointer",
    "out of memory",
    "permission denied",
    "redirect loop",
    "remote hung up",
    "segmentation fault",
    "service unavailable",
    "stack level too deep",
    "statement timeout",
    "too many redirects",
    "too many requests",
    "undefined method",
    "unexpected end of",
    "unexpected token",
    "whoops something went wrong",
)

COMPONENTS: Final = frozenset(
    """
    api approval artifact avatar backup badge board branch cache calendar cluster comment commit container
    dashboard database diff docker editor elasticsearch email emoji environment epic fork geo gitaly gpg graphql
    group helm hook import integration jira job kerberos kubernetes label ldap lfs licence license login
    mattermost mention merge migration milestone mirror namespace nginx notification npm oauth omnibus package
    pages password permission pipeline postgres postgresql praefect profile prometheus puma rails redis registry
    release repository review runner saml schedule search sidekiq snippet ssh sso stage submodule tag terraform
    todo token tree trigger variable webhook wiki
    """.split()  # noqa: SIM905  # as above
)
"""Parts of the product; with one of VERBS beside it they say what a report is about."""

VERBS: Final = frozenset(
    """
    approve assign authenticate authorize build cancel clone close comment connect create delete deploy disappear
    display download drag duplicate edit export fetch filter freeze hang ignore import install lock login merge
    migrate mirror move overwrite play pull push rebase redirect register remove rename render reset restart
    restore retry revert save schedule search sort start stop switch sync transfer trigger unlock upgrade upload
    verify
    """.split()  # noqa: SIM905  # as above
)
