-- What PostgreSQL 15 brought.

-- revision: of 15
ALTER TABLE shop.orders ADD CONSTRAINT one_room UNIQUE NULLS NOT DISTINCT (best_order, user_id);
CREATE UNIQUE INDEX codes_nulls ON public.codes ("rank", label) NULLS NOT DISTINCT;
CREATE VIEW public.invoked WITH (security_invoker = true, check_option = 'cascaded') AS SELECT id FROM public.users;
CREATE TABLE public.parts (a integer, b integer, x integer NOT NULL, PRIMARY KEY (a, b));
CREATE TABLE public.uses (a integer, b integer, CONSTRAINT uses_part FOREIGN KEY (a, b) REFERENCES public.parts ON DELETE SET NULL (b));
CREATE UNLOGGED SEQUENCE public.loose_numbers;
CREATE UNLOGGED TABLE public.unlogged_identity (x bigint GENERATED ALWAYS AS IDENTITY);
CREATE PUBLICATION filtered FOR TABLE public.codes (code, "rank", label) WHERE ("rank" > 1), public.parts (a, b), public.base;
CREATE PUBLICATION whole_schema FOR TABLES IN SCHEMA shop, TABLE public.codes;
CREATE FUNCTION public.lone(a integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN a + 1;
