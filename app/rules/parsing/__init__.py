"""From YAML files to checked rules, with a position for every problem."""
