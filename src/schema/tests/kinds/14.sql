-- What PostgreSQL 14 brought.

-- revision: of 14
CREATE TYPE public.period_range AS RANGE (SUBTYPE = integer, MULTIRANGE_TYPE_NAME = public.periods);
CREATE TYPE public.year_range AS RANGE (SUBTYPE = integer);
CREATE TABLE public.plans (id integer PRIMARY KEY, when_on public.periods, years public.year_multirange[], note text COMPRESSION pglz);
CREATE FUNCTION public.covers(p public.periods) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT NOT isempty(p)';
CREATE FUNCTION public.atomic_count() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(*) FROM public.users WHERE (name)::text <> ':x'; END;
CREATE PROCEDURE public.give(IN a integer, OUT b integer, INOUT c text) LANGUAGE plpgsql AS $$ BEGIN b := a; END $$;
COMMENT ON PROCEDURE public.give(integer, text) IS 'gives';
CREATE STATISTICS public.by_expression ON (lower(body)), (length(body)) FROM public.texts;
CREATE TABLE public.half (x integer DEFAULT 1) PARTITION BY RANGE ((x + 1));
