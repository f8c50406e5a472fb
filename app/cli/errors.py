"""What the sub-commands of `pointsman` do, apart from reading their arguments."""


class NotDone(Exception):
    """A command could not do what was asked; its text says why, and what to do."""

    reason = "not_done"
