"""When single updates are used up and many wait, they go through Zendesk's bulk jobs."""
