"""A text for the person who wrote: sent, or suggested in the internal note."""

from collections.abc import Iterator
from typing import ClassVar, Literal, Self

from pydantic import Field

from app.rules.actions.action import Action, ChangeContext, PlanContext, Reference
from app.rules.actions.ticket_change import ActionOutcome, ActionState, Section, TicketChange
from app.rules.schema.base import MacroName, ReplyMode
from app.rules.schema.strict import Flag, Name, Strict

# A reply that names the issue, where there is none: it comes with the issue, or not at all; the issue's own outcome
# says what is wrong.
_WITHOUT_ISSUE: dict[str, ActionState] = {
    "unreachable": "waiting",
    "waits": "waiting",
    "suggested": "waiting",
    "failed": "skipped",
    "none": "skipped",
}


NOBODY_THERE = "Nobody can be answered: the account of the person who wrote is deleted in Zendesk."
NO_ADDRESS = (
    "Zendesk would send the answer below by e-mail, and knows no address of the person who wrote: it reaches nobody."
)
HIDDEN = "The issue is confidential, so the answer does not name it."


class ReplyConfig(Strict):
    """A text for the person who wrote; one whose macro is internal goes into the internal note."""

    macro: MacroName
    mode: ReplyMode | None = Field(
        default=None, description="`suggest`: in an internal note, ready to send. `live`: sent."
    )
    live_on: tuple[Name, ...] = Field(
        default=(), description="Channels where it is sent even though the mode says `suggest`."
    )


class ReplyKeys(Strict):
    reply: ReplyConfig | None = None
    never_reply: Flag = Field(default=False, description="No reply, not even a suggested one.")


class Reply(Action):
    keys: ClassVar = ReplyKeys
    capped: ClassVar = True

    kind: Literal["reply"] = "reply"
    macro: str
    sent: bool
    where: str = ""
    """Where an answer has to be written by hand, if Zendesk cannot deliver one."""
    asks: str = ""
    """Of the placeholder `asks`."""

    @classmethod
    def plan(cls, keys: ReplyKeys, context: PlanContext) -> Self | None:
        reply, channel = keys.reply, context.channel
        if keys.never_reply:
            return None
        if macro := context.verdict.macro:
            reply = (reply or ReplyConfig(macro=macro)).model_copy(update={"macro": macro})
        # Of what is only guessed, a person chooses first what it is.
        if reply is None or context.verdict.confidence != "high":
            return None
        live = (reply.mode or context.reply_mode) == "live" or channel.name in reply.live_on
        answerable = channel.reply == "zendesk"
        # What Zendesk would send to nobody is written where they wrote.
        delivered = answerable and (channel.reached or not channel.link)
        where = "" if delivered else channel.link or f"{context.channel_title} (address not known)"
        sent = live and answerable and channel.reached
        return cls(macro=reply.macro, sent=sent, where=where, asks=context.asks)

    @classmethod
    def references(cls, keys: ReplyKeys) -> Iterator[Reference]:
        if keys.reply:
            yield Reference("macro", keys.reply.macro, ("reply", "macro"))
            for number, channel in enumerate(keys.reply.live_on):
                yield Reference("channel", channel, ("reply", "live_on", number))

    @property
    def acts(self) -> bool:
        return self.sent and not self.skip_reason

    def skipped(self, why: str) -> Self:
        """A reply that is not sent is suggested."""
        return self.model_copy(update={"sent": False})

    def details(self) -> tuple[str, ...]:
        return (self.macro, "sent" if self.sent else "suggested")

    def would(self) -> str:
        place = f", to be written at {self.where}" if self.where else ""
        return f"{'send' if self.sent else 'suggest'} the reply {self.macro}{place}"

    def carry_out(self, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        if context.nobody_there and not context.where:  # where they wrote elsewhere, they may still read it
            change.say(Section.NEXT, NOBODY_THERE)
            if answer := context.values.get("answer"):
                change.quote(answer, "What the team wrote for them")
            return self.outcome("skipped", "the account of the person who wrote is deleted")
        if context.closed_reply is not None:
            return self._about_closed(context.closed_reply, change, context)
        text = context.text(self.macro)
        may_send = self.sent and not context.no_address
        if may_send and not isinstance(text, str) and text.visibility == "public" and context.limit.fits(text.text):
            change.reply = text.text
            change.add += text.tags
            change.status = text.status or change.status
            return self.outcome("done", f"sent {self.macro}")
        return self.outcome(*suggest(self.macro, change, context))

    def _about_closed(self, macro: str, change: TicketChange, context: ChangeContext) -> ActionOutcome:
        """Asking for steps, or promising to track it, would be wrong: the issue is closed. Never sent by itself."""
        if macro:
            return self.outcome(*suggest(macro, change, context))
        change.say(Section.NEXT, "Answer in your own words: the issue is closed.")
        return self.outcome("skipped", "the issue is closed, and no reply is written for that")


def suggest(macro: str, change: TicketChange, context: ChangeContext) -> tuple[ActionState, str]:
    """Put the macro's text into the internal note; what became of it."""
    text = context.text(macro)
    if isinstance(text, str) and context.values.get("answer"):
        return _answer_alone(context.values["answer"], change, context)
    if isinstance(text, str):
        return _without_text(text, change, context)
    if text.visibility == "internal":
        change.say(Section.NEXT, text.text)
        change.add += text.tags
        return "done", f"noted {macro}"
    _offer(text.text, change, context)
    if context.is_confidential:
        change.say(Section.NEXT, HIDDEN)
    if text.status:
        change.submit_as(text.status)
    return "done", f"suggested {macro}"


def _offer(answer: str, change: TicketChange, context: ChangeContext) -> None:
    """Where it goes, and the text."""
    where = context.where
    if where.startswith(("https://", "http://")):
        change.say(Section.NEXT, "Post the answer below where they wrote:")
        change.say(Section.NEXT, ".", name=where, url=where)
    elif where:
        change.say(Section.NEXT, f"Post the answer below where they wrote ({where}; the address is not known).")
    elif context.no_address:
        change.say(Section.NEXT, NO_ADDRESS)
    else:
        change.say(Section.NEXT, "Send the answer below" + (f" as {context.account}." if context.account else "."))
    channel, length = context.values.get("channel", context.channel), context.limit.length(answer)
    if not context.limit.fits(answer):
        change.say(
            Section.NEXT, f"Shorten it first: {channel} takes {context.limit.most} characters, and it has {length}."
        )
    counted = " as X counts them" if context.limit.counted == "x" else ""
    change.quote(answer, f"Answer for {channel}, {length} characters{counted}")
    change.answer_waits = True


def _answer_alone(answer: str, change: TicketChange, context: ChangeContext) -> tuple[ActionState, str]:
    """What the team wrote for the person must not be lost because the issue may not be named."""
    _offer(answer, change, context)
    change.say(Section.NEXT, HIDDEN)
    return "done", "suggested the team's answer, without the issue's address"


def _without_text(why: str, change: TicketChange, context: ChangeContext) -> tuple[ActionState, str]:
    found = context.found
    if context.is_confidential:
        change.say(Section.NEXT, "Answer in your own words: the issue is confidential, and must not be named.")
        return "skipped", "the issue is confidential, and this reply would name it"
    state = _WITHOUT_ISSUE.get(found.outcome, "failed")
    if change.issue_may_follow:
        change.say(Section.ANSWER, "It follows with the issue.")
    elif state == "skipped":
        change.say(Section.NEXT, "Answer in your own words: there is no issue to name.")
    else:
        change.say(Section.NEXT, f"Answer in your own words: {why}.")
    return state, why
