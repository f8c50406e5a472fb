"""A ticket's text as it is judged: in its author's own words, or the reason why there are none."""

from dataclasses import dataclass
from typing import Final

from app.message.footers import is_of_the_desk
from app.message.lines import Line, place_in_whole
from app.message.machines import written_by_machine
from app.message.own_words import own_lines
from app.message.patterns import is_whole, plain
from app.message.phrases import is_courtesy, says_something
from app.message.signature import is_card
from app.message.subjects import Subject, read_subject
from app.rules.re2_patterns import compiled

NO_WORDS: Final = (
    "Nothing in it is a person's own words about a matter: attachments, quoted mail, or what points at them"
)
NOT_THEIRS: Final = (
    "The text is Zendesk's own, about a conversation or a call: what the person said does not stand in it"
)
FEWEST_WORDS: Final = 3
"""Of a subject that says what it is about. "Problem with GitLab" may be anything."""
LONGEST_END: Final = 200
_NAME_LAST: Final = compiled(r"(?:[.,!-]\s*|\A)(?:(?-i:\p{Lu})[\pL.'-]* ?){1,3}\z")
_WORD: Final = compiled(r"[\pL\pN]+")


@dataclass(frozen=True, slots=True)
class WrittenMessage:
    words: str
    """What the person wrote in the body."""
    nobody: str
    """Why there is nothing to judge, as a sentence without its full stop; empty where there is."""
    by_machine: bool
    lines: tuple[Line, ...]
    """The words, line by line, with their places in the body."""

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a piece of the words stands in the body."""
        return place_in_whole(self.lines, start, end)


def read_message(subject: str, body: str, *, is_notification: bool = False) -> WrittenMessage:
    """`is_notification`: a mail that tells of what a person wrote elsewhere."""
    seen = read_subject(subject)
    lines = own_lines(seen, body)
    words = "\n".join(lines)
    machine = written_by_machine(subject, body, words, is_notification=is_notification)
    return WrittenMessage(words, machine or _without_words(seen, words, body), by_machine=bool(machine), lines=lines)


def _without_words(seen: Subject, words: str, body: str) -> str:
    said = _without_card(_without_name(words))
    if says_something(said) or _names_a_matter(seen):
        return ""
    if is_of_the_desk(seen, body):
        return NOT_THEIRS
    # Kind words alone are somebody's; under an old subject they do not say what they are about.
    untouched = words == body.strip()
    return "" if untouched and seen.kind == "new" and (is_courtesy(said) or not words) else NO_WORDS


def _without_name(words: str) -> str:
    """Some sign with their name alone, also in the line of what they say. A text is more than a name."""
    above, _, last = words.rpartition("\n")
    said = f"{above}\n{_NAME_LAST.sub('', plain(last))}".strip() if len(last) <= LONGEST_END else ""
    return said or words


def _without_card(words: str) -> str:
    """Without the name right below words that name no matter: "see attached", and who sends it."""
    lines = [line for line in words.splitlines() if line.strip()]
    above = ("\n".join(lines[:n]) for n in range(1, len(lines)) if is_card(lines[n:]))
    return next((one for one in above if not says_something(one)), words)


def _names_a_matter(subject: Subject) -> bool:
    """A subject that came back with an answer was not written for it."""
    said = subject.text
    if subject.kind != "new" or is_whole(said, "plain_subjects") or is_whole(said, "desk_heads"):
        return False
    return len(_WORD.findall(said)) >= FEWEST_WORDS and says_something(said)
