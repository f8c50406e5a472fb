# One image for `pointsman serve` and `pointsman work --port 8080`: without a port a worker's health check fails. The root
# file system may be read-only: only /data is written to. HOME and TMPDIR are set for libraries that ask for such places
# when they are imported, and end the process if there are none: any user id may run this, with no /tmp. MALLOC_: threads
# share two arenas of memory, and what is free goes back to the system. GLIBC_: no thread keeps for itself what it freed.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    MALLOC_TRIM_THRESHOLD_=1048576 \
    GLIBC_TUNABLES=glibc.malloc.tcache_count=0 \
    HOME=/nonexistent \
    TMPDIR=/data \
    HOST=0.0.0.0 \
    PORT=8080 \
    DATABASE_URL=sqlite:////data/pointsman.db \
    MODEL_FOLDER=/data/models \
    ROUTING_FILE=/config/routing.yaml \
    MACROS_FILE=/config/macros.yaml

WORKDIR /opt/pointsman

# Dependencies first: they change less often than the code, and every one is checked against its hash.
COPY requirements/runtime.lock requirements/runtime.lock
RUN pip install --no-cache-dir --require-hashes -r requirements/runtime.lock

COPY pyproject.toml README.md routing.yaml macros.yaml routing.tests.yaml compose.yaml ./
COPY app app
COPY integrations integrations
RUN pip install --no-cache-dir --no-deps --no-build-isolation . \
    && useradd --system --uid 10001 --no-create-home pointsman \
    && mkdir /data /config \
    && chown pointsman /data

# The shipped rules; mount your own over /config.
COPY routing.yaml macros.yaml routing.tests.yaml /config/

USER 10001
VOLUME ["/data"]
EXPOSE 8080

HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=2)"]

CMD ["pointsman", "serve"]
