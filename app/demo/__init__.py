"""`pointsman demo`: the main job from end to end, against the sandbox, with sample tickets of every archetype."""
