"""The demo's rules: those of the folder, with the sandbox's documentation where they name none."""

from pathlib import Path

from app.rules.files import read_rules
from app.rules.parsing.positions import BadRules
from app.rules.schema.documentation import DocsConfig

REPLY = "Community::Documentation"


def with_documentation(routing_file: Path, macros_file: Path, archive: str, folder: Path) -> Path:
    """The file that the service reads: a copy in `folder`, or the one that was given."""
    try:
        rules = read_rules(routing_file, macros_file)
    except (BadRules, OSError):
        return routing_file  # the service says what is wrong, by the file's own name
    archetypes = [one for one in DocsConfig.model_fields["archetypes"].default if one in rules.routing.archetypes]
    if rules.routing.docs or not archetypes:
        return routing_file
    reply = f"\n  reply: '{REPLY}'" if REPLY in rules.macros.macros else ""
    copy = folder / "routing.yaml"
    docs = f"docs:\n  source: {archive}\n  base_url: https://docs.example.com\n  archetypes: {archetypes}{reply}\n"
    copy.write_text(f"{rules.routing_text}\n{docs}", encoding="utf-8")
    return copy
