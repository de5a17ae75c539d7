-- A database for a store, or for one that is to be restored, after postgresql-roles.sql:
--
--     psql -v ON_ERROR_STOP=1 -d postgres -f postgresql-database.sql
--
-- With `-v database=NAME` it gets another name than zachetka.

\if :{?database} \else \set database zachetka \endif

CREATE DATABASE :"database" OWNER zachetka_owner ENCODING 'UTF8' TEMPLATE template0;

REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
-- CREATE: a rebuild works in a schema of its own, views_beside_NAME, beside the one that is read.
GRANT CONNECT, CREATE ON DATABASE :"database" TO zachetka;

\connect :"database"

-- The log. The rights hold for every table that `lrs migrate` makes there, now and in later versions.
CREATE SCHEMA ledger AUTHORIZATION zachetka_owner;
GRANT USAGE ON SCHEMA ledger TO zachetka;
ALTER DEFAULT PRIVILEGES FOR ROLE zachetka_owner IN SCHEMA ledger
    GRANT SELECT, INSERT ON TABLES TO zachetka;

-- The read models.
CREATE SCHEMA views AUTHORIZATION zachetka;
