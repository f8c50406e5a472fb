"""Routes of the sites: a query parameter that is not known, or has another value than the known one, is refused."""

from collections.abc import Iterable

from starlette.routing import Route

from integrations.sandbox.api import Handler, HttpRequest, Refused, Result, route


def feed_route(path: str, serve: Handler, known: Iterable[str] = (), *, method: str = "GET") -> Route:
    """`known`: `name` takes any value, `name=value` this one alone."""
    allowed = dict[str, str | None](_name_and_value(one) for one in known)

    def checked(http: HttpRequest) -> Result:
        for name, value in http.query:
            if name not in allowed or allowed[name] not in {None, value}:
                raise bad_request(f"{name}={value}")
        return serve(http)

    return route(method, path, checked)


def bad_request(what: str) -> Refused:
    return Refused(400, {"error": "bad_request", "message": f"sandbox: {what} is not known"}, "bad_request")


def number(http: HttpRequest, name: str, default: int, most: int = 10**18) -> int:
    """Of a query parameter: from 0 to `most`."""
    given = http.query_value(name) or str(default)
    if not given.isdecimal() or int(given) > most:
        raise bad_request(f"{name}={given}")
    return int(given)


def bearer(http: HttpRequest) -> str:
    return http.headers.get("authorization", "").removeprefix("Bearer ")


def _name_and_value(written: str) -> tuple[str, str | None]:
    name, has_value, value = written.partition("=")
    return name, value if has_value else None
