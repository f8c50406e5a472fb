"""The labels that new issues get. They are the team's: made where they are missing, and never changed."""

from collections.abc import Iterable, Sequence

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
        found: dict[tuple[str, str], Wanted] = {}
        for archetype in routing.archetypes.values():
            if archetype.issue is None:
                continue
            tracker = routing.trackers[archetype.issue.tracker]
            for label in _named(archetype.issue.labels, tracker.labels):
                key = key_of(self.name, tracker.project, label.replace("::", " scoped "))
                found[tracker.project, label] = Wanted(key, {"project": tracker.project, "name": label})
        return [one for (project, _), one in found.items() if project in account.projects]

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


def _named(*labels: Iterable[str]) -> list[str]:
    return [*dict.fromkeys(one for some in labels for one in some)]
