"""The learned model: reads a ticket, says how likely each archetype is. `training` makes it."""
