#!/bin/sh
# Run by the postgres image once, on an empty volume: the two roles and the database, by the launcher's own SQL.
set -eu
export PGOPTIONS="-c portal.owner_password=$OWNER_PASSWORD -c portal.app_password=$APP_PASSWORD"
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --file /etc/portal/roles.sql
