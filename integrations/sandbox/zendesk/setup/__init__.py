"""What an admin makes in Zendesk: webhooks, triggers, views, macros, fields. As strict as the real one."""
