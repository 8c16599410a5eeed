-- Two roles from day one: the owner migrates, the application cannot rewrite the event log.
-- Run once by a superuser, in the database "postgres"; the passwords come as settings, never in this file.
DO $$
BEGIN
    EXECUTE format('CREATE ROLE portal_owner LOGIN CREATEDB PASSWORD %L', current_setting('portal.owner_password'));
    EXECUTE format('CREATE ROLE portal_app LOGIN PASSWORD %L', current_setting('portal.app_password'));
END
$$;

-- The owner's tests and restores replace databases that the application may still be connected to.
GRANT pg_signal_backend TO portal_owner;

CREATE DATABASE portal OWNER portal_owner;

REVOKE ALL ON DATABASE portal FROM PUBLIC;

GRANT CONNECT, TEMPORARY ON DATABASE portal TO portal_app;
