"""How decisions are kept, and those that no rule makes: a tag command, a notification, a language model."""
