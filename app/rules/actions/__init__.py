"""The registry of actions: a new kind is a file with a subclass of `Action`, and one line here.

The order is that of a plan: what is looked up first, the note last.
"""

from typing import Final

from app.rules.actions.action import Action
from app.rules.actions.assign import Assign
from app.rules.actions.docs import Docs
from app.rules.actions.forward import Forward
from app.rules.actions.incident import Incident
from app.rules.actions.issue import Issue
from app.rules.actions.note import Note
from app.rules.actions.priority import TicketPriority
from app.rules.actions.reply import Reply
from app.rules.actions.solve_parent import SolveParent
from app.rules.actions.solved_tickets import SolvedTickets
from app.rules.actions.spam import Spam
from app.rules.actions.status import Status
from app.rules.actions.tags import Tags

ACTIONS: Final[tuple[type[Action], ...]] = (
    Issue,
    Incident,
    Docs,
    SolvedTickets,
    Spam,
    Tags,
    Assign,
    TicketPriority,
    Forward,
    Reply,
    Status,
    SolveParent,
    Note,
)
