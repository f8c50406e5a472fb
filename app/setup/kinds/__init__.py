"""The kinds of objects, in the order in which they are made: what another one names comes first."""

from typing import Final

from app.setup.kinds.category import Category
from app.setup.kinds.form import TicketForm
from app.setup.kinds.group import Group
from app.setup.kinds.hold import Hold
from app.setup.kinds.hook import GitLabHook
from app.setup.kinds.label import Label
from app.setup.kinds.macro import Macro
from app.setup.kinds.signing_secret import SigningSecret
from app.setup.kinds.ticket_field import TicketField
from app.setup.kinds.trigger import Trigger
from app.setup.kinds.view import View
from app.setup.kinds.webhook import Webhook
from app.setup.objects import ObjectKind

KINDS: Final[tuple[ObjectKind, ...]] = (
    Hold(),
    Group(),
    TicketField(),
    TicketForm(),
    Label(),
    Category(),
    Webhook(),
    SigningSecret(),
    Trigger(),
    View(),
    Macro(),
    GitLabHook(),
)
