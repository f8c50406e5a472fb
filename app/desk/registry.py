"""All pages and deeds of the desk, and the routes that they become."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.desk import assets, door, gitlab_door
from app.desk.access import is_of_desk, page_before, reads_pages
from app.desk.page import Content, Deed, Page, VisitDep
from app.desk.pages import (
    audit,
    backtest,
    config,
    decisions,
    failures,
    labelling,
    mentions,
    playground,
    rules,
    setup,
    ticket,
    times,
)
from app.desk.render import Asked, login_response, page_response, problem_response, table_response, twin_response

PAGES: tuple[Page, ...] = (
    decisions.PAGE,
    ticket.PAGE,
    playground.PAGE,
    backtest.LIST,
    backtest.PAGE,
    rules.PAGE,
    rules.ONE,
    config.PAGE,
    failures.PAGE,
    times.PAGE,
    labelling.PAGE,
    mentions.PAGE,
    setup.PAGE,
    audit.PAGE,
)
"""In the order of the navigation."""
FORMS: tuple[Page, ...] = (playground.CHECK,)
"""What answers a form that changes nothing: the page again, by POST."""
TWINS: tuple[Page, ...] = (playground.SCHEMAS,)
"""Without a page: what a script asks for."""
DEEDS: tuple[Deed, ...] = (
    ticket.FOLLOW,
    ticket.LINK,
    *failures.DEEDS,
    mentions.TAKE,
    setup.LOOK,
    backtest.START,
    backtest.CANCEL,
    labelling.CHOOSE,
)


def desk_router() -> APIRouter:
    """The pages, their twins, what buttons do, the way in, and the files."""
    router = APIRouter(include_in_schema=False)
    # Before the pages: `/desk/tickets/{id}` would take `/desk/tickets/7.json` too.
    for page in (*PAGES, *TWINS):
        router.add_api_route(f"{page.path}.json", _twin(page), methods=["GET"])
        if page.as_table:
            router.add_api_route(f"{page.path}.csv", _table(page, page.as_table), methods=["GET"])
    for page in PAGES:
        router.add_api_route(page.path, _whole(page), methods=["GET"])
    for form in FORMS:
        router.add_api_route(form.path, _whole(form), methods=["POST"])
    for deed in DEEDS:
        router.add_api_route(deed.path, _done(deed), methods=["POST"])
    router.include_router(door.router)
    router.include_router(gitlab_door.router)
    router.routes.append(Route("/static/{version}/{name:path}", assets.serve, methods=["GET"]))
    return router


def explain_problem(request: Request, error: Exception) -> Response | None:
    """The page that says what is wrong; None: it was no page that was asked for."""
    if not is_of_desk(request.url.path):
        return None
    if isinstance(error, RequestValidationError):
        wrong = ", ".join(sorted({str(one["loc"][-1]) for one in error.errors()}))
        return refusal(request, 422, f"A value does not fit: {wrong}.")
    if isinstance(error, HTTPException):
        return refusal(request, error.status_code, str(error.detail))
    return None


def refusal(request: Request, status: int, detail: str) -> Response:
    """As a page to people: to those who are signed out, the form that leads back to where they pressed a button."""
    now = request.app.state.service.deps.now()
    if status == 401 and reads_pages(request):
        return login_response(request, now, target=page_before(request), problem=detail, status=401)
    return problem_response(request, status, detail, PAGES, now)


def _whole(page: Page) -> Any:
    def answer(request: Request, visit: VisitDep, content: Any = Depends(page.read)) -> Response:
        return page_response(Asked(request, page, PAGES, visit.now), content)

    return answer


def _twin(page: Page) -> Any:
    def answer(visit: VisitDep, content: Any = Depends(page.read)) -> Response:
        return twin_response(content, visit.now)

    return answer


def _table(page: Page, as_table: Callable[[Content], Iterable[Sequence[object]]]) -> Any:
    def answer(content: Any = Depends(page.read)) -> Response:
        return table_response(f"{page.path}.csv", as_table(content))

    return answer


def _done(deed: Deed) -> Any:
    def answer(target: Any = Depends(deed.do)) -> Response:
        return RedirectResponse(target, 303)

    return answer
