"""Messages to the team's chat: spikes of complaints, backlog, failures, silent webhooks."""
