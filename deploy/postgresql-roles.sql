-- Roles of a store on PostgreSQL: one that owns the log, one that the servers run as.
--
-- Run once by an administrator of the server, with passwords of your own, before
-- postgresql-database.sql:
--
--     psql -v ON_ERROR_STOP=1 -v owner_password=... -v runtime_password=... \
--         -d postgres -f postgresql-roles.sql
--
-- zachetka_owner makes and upgrades the log (`lrs migrate`). zachetka, which the servers run as,
-- appends to the log and reads it: it can neither change nor delete an event, nor drop the triggers
-- that refuse both. The read models are its own, as it makes and replaces their tables.

CREATE ROLE zachetka_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE zachetka LOGIN PASSWORD :'runtime_password';
