"""The actions that an archetype leads to."""
