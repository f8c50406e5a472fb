"""The sandbox serves its documentation as Git servers serve archives."""

from integrations.documentation.source import read_documentation
from integrations.sandbox import Sandbox


def test_the_archive_has_an_etag_and_its_pages_below_one_folder(sandbox: Sandbox) -> None:
    url = f"{sandbox.feeds.url}/docs.tar.gz"
    found = read_documentation(url, "", (".md", ".html"))
    assert found.pages is not None
    assert {"ci/runners.md", "admin/install.html"} <= found.pages.keys()
    assert read_documentation(url, "", (".md", ".html"), found.version).pages is None
