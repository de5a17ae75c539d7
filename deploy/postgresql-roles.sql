-- Roles of a store on PostgreSQL: one that owns the log, one that the servers run as.
--
-- Run once, by an administrator of the server, with passwords of your own:
--
--     psql -v ON_ERROR_STOP=1 -v owner_password=... -v runtime_password=... \
--         -d postgres -f postgresql-roles.sql
--
-- zachetka_owner makes and upgrades the log (`lrs migrate`). zachetka, which the servers run as,
-- appends to the log and reads it: it can neither change nor delete an event, nor drop the triggers
-- that refuse both. The read models are its own, as it makes and replaces their tables.

CREATE ROLE zachetka_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE zachetka LOGIN PASSWORD :'runtime_password';

CREATE DATABASE zachetka OWNER zachetka_owner ENCODING 'UTF8' TEMPLATE template0;

REVOKE ALL ON DATABASE zachetka FROM PUBLIC;
-- CREATE: a rebuild works in a schema of its own, views_beside_NAME, beside the one that is read.
GRANT CONNECT, CREATE ON DATABASE zachetka TO zachetka;

\connect zachetka

-- The log. The rights hold for every table that `lrs migrate` makes there, now and in later versions.
CREATE SCHEMA ledger AUTHORIZATION zachetka_owner;
GRANT USAGE ON SCHEMA ledger TO zachetka;
ALTER DEFAULT PRIVILEGES FOR ROLE zachetka_owner IN SCHEMA ledger
    GRANT SELECT, INSERT ON TABLES TO zachetka;

-- The read models.
CREATE SCHEMA views AUTHORIZATION zachetka;
