"""Which lines of a description or note GitLab obeys: every text that comes through the API is searched for them.

After lib/gitlab/quick_actions/extractor.rb and lib/banzai/filter/quick_action_filter.rb (GitLab 16 and later):
lines of top-level paragraphs that start with a known command, outside inline code. They are cut out of the text.
"""

import re

from integrations.sandbox.gitlab.markdown import PARSER
from integrations.sandbox.gitlab.models import QuickAction

_COMMAND_NAMES = (
    "add_child add_contacts add_email approve assign assign_reviewer award blocked_by blocks board_move cc "
    "checkin_reminder clear_health_status clear_weight clone close confidential convert_to_ticket copy_metadata "
    "create_merge_request done draft due duplicate epic estimate estimate_time health_status internal_note "
    "invite_email iteration label labels link lock merge milestone move move_to page parent promote promote_to "
    "promote_to_incident publish react ready reassign reassign_reviewer rebase relabel relate remove_child "
    "remove_contacts remove_due_date remove_email remove_epic remove_estimate remove_iteration remove_label "
    "remove_milestone remove_parent remove_time_spent remove_zoom reopen request_review set_parent severity ship "
    "shrug spend spend_time status submit_review subscribe tableflip tag target_branch timeline title todo type "
    "unapprove unassign unassign_reviewer unlabel unlink unlock unsubscribe weight zoom"
)
# Python, like Ruby, lets the long s (U+017F) pass for an s here.
_COMMAND = re.compile(
    rf"/({'|'.join(sorted(_COMMAND_NAMES.split(), key=len, reverse=True))})(?:[ \t]+(.*?))?\s*", re.IGNORECASE
)
_MARK = "\ue000"


def extract(text: str) -> tuple[str, list[QuickAction]]:
    """The text as it is stored, and the commands that were in it. Every carriage return is deleted first."""
    text = text.replace("\r", "")
    if not re.search(r"^/", text, re.MULTILINE):
        return text, []
    lines = text.split("\n")
    commands: dict[int, QuickAction] = {}
    for token in PARSER.parse(text):
        if token.type != "paragraph_open" or token.level != 0 or token.map is None:
            continue
        first, end = token.map
        for number in range(first, end):
            match = _COMMAND.fullmatch(lines[number])
            if match and not _begins_in_code(lines[first:end], number - first):
                commands[number] = QuickAction(_plain_name(match[1]), (match[2] or "").strip())
    kept = [line for number, line in enumerate(lines) if number not in commands]
    return ("\n".join(kept).strip() if commands else text), list(commands.values())


def _plain_name(name: str) -> str:
    return name.lower().replace("ſ", "s")


def _begins_in_code(paragraph: list[str], number: int) -> bool:
    """Whether this line of a paragraph begins inside an inline code span: marked, the mark is found in the code."""
    if not any("`" in line for line in paragraph):
        return False
    marked = [*paragraph[:number], f"{_MARK}{paragraph[number]}", *paragraph[number + 1 :]]
    (inline,) = PARSER.parseInline("\n".join(marked))
    return any(child.type == "code_inline" and _MARK in child.content for child in inline.children or [])
