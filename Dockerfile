# Two stages over one base: the first builds a virtual environment from the lock file, the second is that environment
# and a user. The base needs python3 (3.11 or newer) with venv, libstdc++, useradd, and the certificates of the usual
# authorities: the default has them, and so has a Debian with python3-venv, libstdc++6, passwd and ca-certificates.
#
#   docker build -t supportbot .
#   docker build -t supportbot --build-arg EXTRAS="postgres sentry" .
#
# Behind a mirror, give pip its settings and, where a proxy signs with its own authority, the certificates to trust.
# Both are seen by the build alone and are in no layer:
#
#   docker build -t supportbot --secret id=pip_conf,src=pip.conf --secret id=certificates,src=ca.crt .

ARG BASE_IMAGE=python:3.13-slim-bookworm

FROM ${BASE_IMAGE} AS builder
# pip before 24.2 does not look at the system's certificates; this is Debian's list of them, or the one given.
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore
ARG EXTRAS=""
WORKDIR /src

# The dependencies first: they change less often than the code. uv only reads the lock file; pip fetches, because its
# index can be a mirror while the lock file's addresses cannot, and holds every file against the lock's hashes.
COPY pyproject.toml uv.lock docker/build-tools.txt ./
RUN --mount=type=secret,id=pip_conf,target=/etc/pip.conf \
    --mount=type=secret,id=certificates,target=/etc/ssl/certs/ca-certificates.crt \
    python3 -m venv /tools \
    && /tools/bin/pip install --quiet --require-hashes --no-deps --only-binary :all: --requirement build-tools.txt \
    && for extra in ${EXTRAS}; do set -- "$@" --extra "$extra"; done \
    && /tools/bin/uv export --quiet --frozen --no-dev --no-emit-project --output-file /tools/lock.txt "$@" \
    && python3 -m venv --without-pip /opt/supportbot \
    && /tools/bin/pip --python /opt/supportbot/bin/python install --quiet --require-hashes --no-deps \
        --only-binary :all: --requirement /tools/lock.txt

# The project as a wheel, as anybody would install it: cogs and data then lie in site-packages and nowhere else.
COPY README.md LICENSE ./
COPY supportbot supportbot
COPY cogs cogs
COPY data data
RUN /tools/bin/pip wheel --quiet --no-deps --no-index --no-build-isolation --wheel-dir /tools/wheels . \
    && /tools/bin/pip --python /opt/supportbot/bin/python install --quiet --no-deps --no-index /tools/wheels/*.whl

FROM ${BASE_IMAGE}
ARG REVISION=""
LABEL org.opencontainers.image.title="supportbot" \
      org.opencontainers.image.description="A Discord bot for peer-support and recovery communities" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.revision="${REVISION}"

# A user by number, so that an orchestrator can see that it is not root. Nothing but /data and /tmp is writable for it,
# and no program raises its rights.
RUN groupadd --gid 10001 supportbot \
    && useradd --uid 10001 --gid 10001 --no-log-init --no-create-home --home-dir /data --shell /usr/sbin/nologin supportbot \
    && install -d -m 0700 -o 10001 -g 10001 /data \
    && find / -xdev -type d -perm -0002 ! -path /tmp -exec chmod o-w {} + \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} +

COPY --from=builder /opt/supportbot /opt/supportbot

# Without PYTHONSAFEPATH, `python -m` would look for cogs and data in the folder it is started from.
ENV PATH=/opt/supportbot/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1 \
    SUPPORTBOT_DATABASE_URL=/data/supportbot.db \
    SUPPORTBOT_HEALTH_PORT=8766

USER 10001:10001
WORKDIR /
VOLUME ["/data"]
STOPSIGNAL SIGTERM
# The bot itself is asked, on its own loopback, whatever proxy the environment names. It answers as long as its loop
# turns, also while Discord cannot be reached: starting it anew would not help then.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python3", "-I", "-c", "import os; from urllib.request import ProxyHandler, build_opener as b; b(ProxyHandler({})).open('http://127.0.0.1:' + os.environ['SUPPORTBOT_HEALTH_PORT'] + '/livez', timeout=4)"]
ENTRYPOINT ["supportbot"]
CMD ["run"]
