"""The job that keeps our copy of the documentation: asked for again and again, taken in when it changed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from app.records.searched_texts import DOCUMENTATION, SearchedText
from app.rules.loading import Rules
from app.rules.schema.documentation import DocsConfig
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import attempt, crashed
from app.work.messages import Stored, SyncDocumentation, Work
from integrations.documentation.source import SERVICE, Documentation, read_documentation
from integrations.errors import Invalid
from integrations.outbound import Outbound

LOOK_SECONDS = 60
VERSION, ASKED = "documentation", "documentation:asked"
"""Under these names it is kept which version was read last, and when it was asked for."""


class DocumentationSynced(Stored):
    sections: int | None = None
    """None: nothing changed, or it was not asked for."""


def register(deps: Dependencies, outbound: Outbound) -> None:
    deps.engine.register(SyncDocumentation, DocumentationSync(deps, outbound).run, partial(crashed, deps))


def documentation_works(key: str, now: datetime, rules: Rules) -> list[Work]:
    """It looks for itself whether it is due."""
    return [Work(SyncDocumentation(key=key, accepted_at=now), merged=True)] if rules.routing.docs else []


@dataclass(frozen=True)
class DocumentationSync:
    deps: Dependencies
    outbound: Outbound

    def run(self, message: SyncDocumentation) -> None:
        attempt(self.deps, message, "sync", self.sync, message)

    def sync(self, message: SyncDocumentation) -> DocumentationSynced:
        """Raises IntegrationError. What we have stays until the new one is whole."""
        docs, now = self.deps.rulebook.current().routing.docs, self.deps.now()
        if docs is None:
            return DocumentationSynced()
        progress, made_from = self.deps.records.progress, _digest(docs)
        asked, known = progress.of(ASKED), progress.of(VERSION)
        just_asked = asked and asked.value == made_from and now - datetime.fromisoformat(asked.at) < _every(docs)
        if just_asked and message.attempt == 1:
            return DocumentationSynced()
        progress.reached(ASKED, made_from, now=now.isoformat())
        before, _, version = known.value.partition(" ") if known else ("", "", "")
        version = version if before == made_from else ""
        from app.documentation.sections import PAGE_ENDS  # noqa: PLC0415  # as below

        found = read_documentation(docs.source, docs.folder, PAGE_ENDS, version, self.outbound)
        count = self._take_in(found, docs, now)
        progress.reached(VERSION, f"{made_from} {found.version}", now=now.isoformat())
        return DocumentationSynced(sections=count)

    def _take_in(self, found: Documentation, docs: DocsConfig, now: datetime) -> int | None:
        if found.pages is None:
            return None
        from app.documentation.sections import address, sections_of  # noqa: PLC0415  # heavy: for a minute a day

        rows = {}
        for path, content in sorted(found.pages.items()):
            for section in sections_of(path, content, docs.anchors):
                url = address(docs.base_url, section, docs.pages, path[path.rindex(".") :])
                number = int(hashlib.sha256(url.encode()).hexdigest()[:15], 16)
                at = now.isoformat()
                rows[number] = SearchedText(DOCUMENTATION, number, section.title, section.text, url, at, at)
        if not rows:  # a wrong folder, say: what was found until now is better than nothing
            raise Invalid(SERVICE, "there is no page with text in it", "no_pages")
        self.deps.records.searched_texts.replace(DOCUMENTATION, list(rows.values()))
        return len(rows)


def _every(docs: DocsConfig) -> timedelta:
    return timedelta(minutes=docs.every)


def _digest(docs: DocsConfig) -> str:
    """Of what the sections and their addresses are made from."""
    parts = (docs.source, docs.folder, docs.base_url, docs.pages, docs.anchors)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
