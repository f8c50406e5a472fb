"""init: a folder of one's own with the rules, their schemas, and what the service is started with.

Everything comes from the files that the repository itself uses, so that no second copy can grow old.
"""

from pathlib import Path

from rich.console import Console

from app.cli.console import print_line
from app.cli.errors import NotDone
from app.rules.json_schema import FILES, json_schema, schema_text
from app.settings import MADE_BY_SETUP, Settings

PACKAGED = Path(__file__).parents[1] / "starter"
"""Where a wheel holds them; see `force-include` in pyproject.toml."""
CHECKOUT = Path(__file__).parents[2]
COPIED = ("routing.yaml", "macros.yaml", "routing.tests.yaml", "compose.yaml")
LIVE, SHADOW = "\n  mode: live\n", "\n  mode: shadow\n"
IGNORED = ".env\ndata/\n"
NEXT_STEPS = """\
{count} files are in {folder}. They are in shadow mode: the service records what
it would do, and writes nothing to Zendesk and GitLab.

Next:
  1. Fill in the settings, and name your GitLab projects and Zendesk groups:
       cd {folder}
       cp .env.example .env    # edit it, and `trackers:` in routing.yaml
  2. Check the rules, and try them on a text:
       pointsman check && pointsman test
       pointsman explain --channel twitter --text "please disable 2fa"
  3. Set up Zendesk and GitLab, start the service, and ask whether all is well:
       set -a; . ./.env; set +a
       pointsman setup apply   # shows what it would make, and asks
       pointsman serve         # and in another shell: pointsman doctor

Once its decisions are right, set `defaults: mode:` in routing.yaml to `suggest`
(tags and an internal note), and later to `live`."""


def make_folder(out: Console, folder: Path) -> None:
    """Writes nothing where one of the files is already. Raises NotDone and OSError."""
    files = starter_files()
    if there := [name for name in files if (folder / name).exists()]:
        raise NotDone(f"{folder} already has {', '.join(there)}. Name another folder; nothing was written.")
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    print_line(out, NEXT_STEPS.format(count=len(files), folder=folder))


def starter_files() -> dict[str, str]:
    """Their texts by name."""
    source = PACKAGED if PACKAGED.is_dir() else CHECKOUT
    files = {name: (source / name).read_text(encoding="utf-8") for name in COPIED}
    files["routing.yaml"] = files["routing.yaml"].replace(LIVE, SHADOW, 1)
    schemas = {f"schemas/{name}.json": schema_text(json_schema(name)) for name in FILES}
    return {**files, **schemas, ".env.example": example_environment(), ".gitignore": IGNORED}


def example_environment() -> str:
    """What must be set stands open, and first; what has a default, or is for a part that is off, is a comment."""
    lines = ["# The settings of `pointsman serve`. NAME_FILE=/path instead of NAME reads it from a file.", ""]
    needed = {name for name, field in Settings.model_fields.items() if field.is_required()}
    needed |= {"zendesk_email", "zendesk_token", "public_url", *MADE_BY_SETUP}
    for name, field in sorted(Settings.model_fields.items(), key=lambda named: named[0] not in needed):
        default = "" if field.default in (None, (), "", {}) or field.is_required() else str(field.default)
        given, said = f"{name.upper()}={default}", field.description
        if name in MADE_BY_SETUP:
            given, said = f"{name.upper()}_FILE=data/{name}", f"{said}. `pointsman setup apply` writes the file"
        lines += [f"# {said}", f"{'' if name in needed else '# '}{given}", ""]
    return "\n".join(lines)
