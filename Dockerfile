# One image for every process: `all` unless told otherwise, else web, worker, clock, migrate, check … (docs/install.md).
# It stands here, and not below docs/deploy, as builders look for it here.
# The base is named by its tag alone: a rebuild takes up its security updates. What Python runs is pinned by hash.
FROM python:3.13-slim AS packages
COPY requirements.lock /
RUN python -m venv --without-pip /venv \
 && python -m pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check \
    --only-binary :all: --require-hashes -r /requirements.lock

FROM python:3.13-slim
RUN python -m pip uninstall --yes --quiet pip \
 && useradd --system --uid 10001 --home-dir /var/lib/afterword --shell /usr/sbin/nologin afterword \
 && mkdir /app && install -d -o afterword -g afterword -m 0700 /var/lib/afterword \
 && ln -s /var/lib/afterword /app/var
COPY --from=packages /venv /venv
COPY LICENSE /app/
COPY config /app/config
COPY connectors /app/connectors
COPY sandbox /app/sandbox
COPY service /app/service
RUN python -m compileall -q /app/connectors /app/sandbox /app/service

# PORT also opens the address to the outside of the container, unless the settings name one.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PORT=8000
WORKDIR /app
USER 10001
VOLUME /var/lib/afterword
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import http.client, os, sys; ask = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); ask.request('GET', '/healthz'); sys.exit(ask.getresponse().status != 200)"]
ENTRYPOINT ["python", "-m", "service"]
CMD ["all"]
