"""The labels that the YAML gives or waits for. They are the team's: made where they are missing, never changed."""

from collections.abc import Sequence

from app.setup.marker import Marker
from app.setup.names import key_of
from app.setup.objects import Account, ObjectKind, Remote, Wanted
from app.setup.values import Values, text

COLOUR = "#6699cc"


class Label(ObjectKind):
    name = "label"
    service = "gitlab"
    by_title = True

    def wanted(self, account: Account) -> Sequence[Wanted]:
        routing = account.rules.routing
        if not routing.setup.labels:
            return []
        return [
            Wanted(
                key_of(self.name, project, label.replace("::", " scoped ")), {"project": project, "name": label}, place
            )
            for project in account.projects
            for label, place in _named(account).items()
        ]

    def read(self, account: Account) -> Sequence[Remote]:
        """Those of the groups above a project count: nothing is made beside them."""
        return [
            Remote(f"{project_id}:{row.get('id')}", text(row.get("name")), {"project": path, "name": row["name"]}, None)
            for path, project_id in account.projects.items()
            for row in account.gitlab.labels(project_id)
        ]

    def read_one(self, account: Account, remote_id: str) -> Remote | None:
        return next((one for one in self.read(account) if one.remote_id == remote_id), None)

    def create(self, account: Account, key: str, values: Values, marker: Marker) -> Remote:
        del key
        project_id = account.projects[values["project"]]
        body = {"name": values["name"], "color": COLOUR, "description": str(marker)}
        row = account.gitlab.create_label(project_id, body)
        return Remote(
            f"{project_id}:{row.get('id')}", values["name"], {**values, "name": text(row.get("name"))}, marker
        )

    def change(self, account: Account, found: Remote, values: Values, marker: Marker) -> Remote:
        raise NotImplementedError("a label is found by its name, so it never differs")


def _named(account: Account) -> dict[str, str]:
    """Each with the place that names it. An issue may move to another tracker, so every tracker has them all."""
    routing = account.rules.routing
    found: dict[str, str] = {}
    for name, tracker in routing.trackers.items():
        found |= dict.fromkeys(tracker.labels, account.place("trackers", name))
    for name, archetype in routing.archetypes.items():
        if archetype.issue is not None:
            found |= dict.fromkeys(archetype.issue.labels, account.place("archetypes", name))
    return found | dict.fromkeys(routing.closing.labels, account.place("closing", "labels"))
