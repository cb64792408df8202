-- A history with every kind of object of PostgreSQL 12; what came later stands in the other files.
-- The roles reader and writer are there. `-- revision: …` begins another revision of the chain.

-- revision: types
CREATE EXTENSION pg_trgm;
CREATE EXTENSION btree_gist;
CREATE SCHEMA shop;
COMMENT ON SCHEMA shop IS 'what is sold';
GRANT USAGE ON SCHEMA shop TO reader;
CREATE TYPE shop.mood AS ENUM ('sad', 'it''s ok', 'happy');
COMMENT ON TYPE shop.mood IS 'how one is';
REVOKE USAGE ON TYPE shop.mood FROM PUBLIC;
GRANT USAGE ON TYPE shop.mood TO reader;
CREATE COLLATION public.by_bytes (LOCALE = 'C');
COMMENT ON COLLATION public.by_bytes IS 'as bytes';
CREATE TYPE public.pair AS (a integer, "B c" text COLLATE public.by_bytes);
COMMENT ON TYPE public.pair IS 'two things';
COMMENT ON COLUMN public.pair."B c" IS 'the second';
CREATE TYPE public.span AS RANGE (SUBTYPE = double precision, SUBTYPE_DIFF = float8mi);
CREATE FUNCTION public.is_mail(value text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT value ~ '^[^@\s]+@[^@:]+\.\w+$' AND value NOT LIKE '%:x %'
$$;
CREATE DOMAIN public.mail AS text CONSTRAINT mail_ok CHECK (public.is_mail(VALUE)) NOT NULL;
COMMENT ON DOMAIN public.mail IS 'an address';
COMMENT ON CONSTRAINT mail_ok ON DOMAIN public.mail IS 'looks like one';
CREATE DOMAIN public.positive AS integer DEFAULT 1 CHECK (VALUE > 0);
ALTER DOMAIN public.positive ADD CONSTRAINT "Small" CHECK (VALUE < 1000) NOT VALID;
ALTER DOMAIN public.positive ADD CONSTRAINT odd CHECK (VALUE % 2 = 1) NOT VALID;
CREATE SEQUENCE public.tickets START 1000 INCREMENT 10 CYCLE MAXVALUE 9990;
COMMENT ON SEQUENCE public.tickets IS 'ticket numbers';
CREATE SEQUENCE public.odd_name;
CREATE SEQUENCE shop.backwards AS smallint INCREMENT -1 CACHE 3;

-- revision: foreign data
CREATE FOREIGN DATA WRAPPER dummy OPTIONS (debug 'true');
COMMENT ON FOREIGN DATA WRAPPER dummy IS 'leads nowhere';
GRANT USAGE ON FOREIGN DATA WRAPPER dummy TO reader;
CREATE SERVER far TYPE 'old' VERSION '8.1' FOREIGN DATA WRAPPER dummy OPTIONS (host 'far.example', port '5432');
COMMENT ON SERVER far IS 'far away';
GRANT USAGE ON FOREIGN SERVER far TO reader WITH GRANT OPTION;
CREATE USER MAPPING FOR reader SERVER far OPTIONS ("user" 'guest:x');
CREATE USER MAPPING FOR PUBLIC SERVER far;
CREATE FOREIGN TABLE shop.remote (
    id integer OPTIONS (column_name 'ID') NOT NULL,
    "what's" text DEFAULT 'a:b' COLLATE "C",
    CONSTRAINT remote_id CHECK (id > 0)
) SERVER far OPTIONS (table_name 'it''s');
COMMENT ON FOREIGN TABLE shop.remote IS 'over there';
COMMENT ON COLUMN shop.remote.id IS 'their key';
GRANT SELECT ON shop.remote TO reader;

-- revision: people
CREATE TABLE public.users (
    id integer DEFAULT nextval('public.odd_name') PRIMARY KEY,
    email public.mail,
    name varchar(80) COLLATE public.by_bytes NOT NULL DEFAULT 'a:b %s \d "q"',
    feeling shop.mood DEFAULT 'sad',
    moods shop.mood[],
    mixed public.pair,
    born date,
    balance numeric(10, 2) DEFAULT 0 CHECK (balance >= 0),
    tags text[] DEFAULT '{}',
    payload jsonb DEFAULT '{"a": ":b"}',
    "Odd Column" text,
    shown text GENERATED ALWAYS AS (lower(name)) STORED,
    updated_at timestamptz DEFAULT now(),
    CONSTRAINT like_it CHECK (name NOT LIKE '%:no%'),
    CONSTRAINT alone CHECK (id > 0) NO INHERIT
) WITH (fillfactor = 70, toast.autovacuum_enabled = false);
ALTER SEQUENCE public.odd_name OWNED BY public.users.id;
ALTER TABLE public.users ALTER COLUMN name SET STATISTICS 500;
ALTER TABLE public.users ALTER COLUMN born SET (n_distinct = 100);
ALTER TABLE public.users ALTER COLUMN "Odd Column" SET STORAGE EXTERNAL;
COMMENT ON TABLE public.users IS 'people: "all" of ''em \ 100%';
COMMENT ON COLUMN public.users.born IS 'a day
on two lines';
COMMENT ON CONSTRAINT like_it ON public.users IS 'a check';
COMMENT ON INDEX public.users_pkey IS 'the key''s own index';
CREATE TABLE shop.orders (
    id bigint GENERATED ALWAYS AS IDENTITY (START WITH 100) PRIMARY KEY,
    user_id integer NOT NULL REFERENCES public.users ON DELETE CASCADE,
    during tstzrange NOT NULL,
    room integer UNIQUE DEFERRABLE INITIALLY IMMEDIATE,
    best_order bigint,
    CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&) WITH (fillfactor = 80) WHERE (user_id > 0)
        DEFERRABLE INITIALLY DEFERRED
);
ALTER TABLE public.users ADD COLUMN last_order bigint REFERENCES shop.orders DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE shop.orders ADD CONSTRAINT self_fk FOREIGN KEY (best_order) REFERENCES shop.orders NOT VALID;
ALTER TABLE shop.orders ADD CONSTRAINT later CHECK (best_order > 0) NOT VALID;
ALTER TABLE shop.orders ADD CONSTRAINT orders_loose UNIQUE (user_id, during) INCLUDE (room)
    WITH (fillfactor = 90) DEFERRABLE;
COMMENT ON CONSTRAINT no_overlap ON shop.orders IS 'one at a time';
CREATE TABLE public.of_pair OF public.pair (PRIMARY KEY (a), "B c" WITH OPTIONS DEFAULT 'none' NOT NULL);
CREATE TABLE public.codes (code text PRIMARY KEY, label text NOT NULL, "rank" integer);
CREATE UNIQUE INDEX codes_rank ON public.codes ("rank" DESC, label text_pattern_ops);
ALTER TABLE public.codes CLUSTER ON codes_rank;
CREATE UNIQUE INDEX codes_label ON public.codes (label);
ALTER TABLE public.codes REPLICA IDENTITY USING INDEX codes_label;
INSERT INTO public.codes VALUES ('a', 'it''s :x', 1), ('b', '50%', NULL);

-- revision: parents and parts
CREATE TABLE public.events (at timestamptz NOT NULL, kind text, size integer DEFAULT 1,
    CONSTRAINT sized CHECK (size >= 0)) PARTITION BY RANGE (at);
CREATE TABLE public.events_2026 PARTITION OF public.events (size DEFAULT 2, CONSTRAINT small CHECK (size < 99))
    FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (kind);
CREATE TABLE public.events_2026_a PARTITION OF public.events_2026 FOR VALUES IN ('a', NULL);
CREATE TABLE public.events_2026_rest PARTITION OF public.events_2026 DEFAULT WITH (fillfactor = 60);
CREATE TABLE public.events_old (size integer DEFAULT 7, note text, at timestamptz NOT NULL, kind text NOT NULL,
    CONSTRAINT sized CHECK (size >= 0));
ALTER TABLE public.events_old DROP COLUMN note;
CREATE INDEX events_old_by_kind ON public.events_old (kind);
CREATE INDEX events_old_own ON public.events_old (size);
ALTER TABLE public.events ATTACH PARTITION public.events_old FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE public.events_rest PARTITION OF public.events DEFAULT;
CREATE INDEX events_kind ON public.events (kind);
ALTER TABLE public.events_2026_a RENAME TO events_of_a;
CREATE TABLE public.sheets (id integer, name text) PARTITION BY HASH (id);
CREATE TABLE public.sheets_0 PARTITION OF public.sheets FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.sheets_1 PARTITION OF public.sheets FOR VALUES WITH (MODULUS 2, REMAINDER 1);
ALTER TABLE public.sheets ADD CONSTRAINT sheets_key UNIQUE (id, name);
ALTER TABLE public.sheets_1 RENAME CONSTRAINT sheets_1_id_name_key TO sheets_one;
CREATE TABLE public.base (a integer, b text DEFAULT 'base', CONSTRAINT base_a CHECK (a > 0));
CREATE TABLE public.other_base (z integer);
CREATE TABLE public.child (c integer, b text DEFAULT 'child') INHERITS (public.base, public.other_base);
ALTER TABLE public.child SET (parallel_workers = 2, fillfactor = 55, autovacuum_enabled = false, toast.autovacuum_enabled = false);
ALTER TABLE public.child ALTER COLUMN c SET (n_distinct_inherited = 50, n_distinct = 100);
CREATE UNLOGGED TABLE public.scratchpad (x integer, y smallserial);
CREATE TABLE public.numbers (x integer GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME public.xs INCREMENT 5), y smallserial);
CREATE TABLE public.nothing ();

-- revision: indexes and functions
CREATE INDEX users_name_trgm ON public.users USING gin (name gin_trgm_ops) WITH (fastupdate = off);
CREATE UNIQUE INDEX users_lower ON public.users (lower(email::text) DESC NULLS LAST) INCLUDE (name) WHERE born IS NOT NULL;
ALTER INDEX public.users_lower ALTER COLUMN 1 SET STATISTICS 300;
COMMENT ON INDEX public.users_lower IS 'case does not matter';
CREATE STATISTICS public.users_stats (dependencies) ON name, born FROM public.users;
COMMENT ON STATISTICS public.users_stats IS 'go together';
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $function$
DECLARE
	message text := E'tab\t:name \\ %s';   
BEGIN
    -- a comment with "quotes", 'quotes', """ and a trailing space 
    NEW.updated_at := now();
    IF NEW.name = ':x' OR NEW.name LIKE '50%%' THEN
        RAISE NOTICE 'x % y', $$dollar :y$$;
        EXECUTE format('SELECT %L::text, %I', message, 'a:b');
    END IF;
    RETURN NEW;
END
$function$;
CREATE FUNCTION public.whole_name(u public.users) RETURNS text LANGUAGE sql STABLE AS 'SELECT u.name || ''!''';
CREATE FUNCTION public.count_users() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM public.users';
COMMENT ON FUNCTION public.count_users() IS 'how many';
CREATE FUNCTION public.guarded(VARIADIC list integer[], OUT low integer, OUT high integer) LANGUAGE plpgsql
    SECURITY DEFINER LEAKPROOF STRICT PARALLEL SAFE COST 7 SET search_path = pg_catalog, pg_temp
    AS $$ BEGIN SELECT min(x), max(x) INTO low, high FROM unnest(list) x; END $$;
CREATE FUNCTION public.many(n integer DEFAULT 3) RETURNS TABLE (place integer, word text) LANGUAGE sql ROWS 5
    AS $$ SELECT i, 'x' FROM generate_series(1, n) i $$;
CREATE PROCEDURE shop.tidy("limit" integer DEFAULT 10) LANGUAGE sql AS $$ DELETE FROM shop.orders WHERE room > "limit" $$;
COMMENT ON PROCEDURE shop.tidy(integer) IS 'makes room';
REVOKE EXECUTE ON PROCEDURE shop.tidy(integer) FROM PUBLIC;
CREATE FUNCTION public.row_place() RETURNS bigint LANGUAGE internal WINDOW IMMUTABLE STRICT AS 'window_row_number';
CREATE AGGREGATE public.product(double precision) (SFUNC = float8mul, STYPE = double precision, INITCOND = '1');
COMMENT ON AGGREGATE public.product(double precision) IS 'multiplies';
GRANT EXECUTE ON FUNCTION public.product(double precision) TO reader;
CREATE AGGREGATE public.total(integer) (SFUNC = int4_sum, STYPE = bigint, COMBINEFUNC = int8pl,
    MSFUNC = int4_avg_accum, MINVFUNC = int4_avg_accum_inv, MSTYPE = bigint[], MFINALFUNC = int2int4_sum,
    MINITCOND = '{0,0}', PARALLEL = SAFE);
CREATE AGGREGATE public.middle(double precision ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal,
    FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE AGGREGATE public.placed(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi,
    STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
REVOKE EXECUTE ON FUNCTION public.count_users() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.count_users() TO reader;

-- revision: operators and the like
CREATE FUNCTION public.same(a public.pair, b public.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a.a = b.a';
CREATE FUNCTION public.unlike(a public.pair, b public.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a.a <> b.a';
CREATE FUNCTION public.less(a public.pair, b public.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a.a < b.a';
CREATE FUNCTION public.more(a public.pair, b public.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a.a > b.a';
CREATE OPERATOR public.=== (FUNCTION = public.same, LEFTARG = public.pair, RIGHTARG = public.pair,
    COMMUTATOR = OPERATOR(public.===), NEGATOR = OPERATOR(public.!==), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR public.!== (FUNCTION = public.unlike, LEFTARG = public.pair, RIGHTARG = public.pair,
    COMMUTATOR = OPERATOR(public.!==), NEGATOR = OPERATOR(public.===), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR public.=== (public.pair, public.pair) IS 'alike';
CREATE OPERATOR public.<<< (FUNCTION = public.less, LEFTARG = public.pair, RIGHTARG = public.pair, COMMUTATOR = OPERATOR(public.>>>));
CREATE OPERATOR public.>>> (FUNCTION = public.more, LEFTARG = public.pair, RIGHTARG = public.pair, COMMUTATOR = OPERATOR(public.<<<));
CREATE FUNCTION public.turned(b integer, a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT CASE WHEN a > b THEN 1 WHEN a < b THEN -1 ELSE 0 END';
CREATE OPERATOR CLASS public.downwards FOR TYPE integer USING btree AS
    OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 public.turned(integer, integer);
COMMENT ON OPERATOR CLASS public.downwards USING btree IS 'backwards';
CREATE INDEX base_downwards ON public.base (a public.downwards);
CREATE OPERATOR FAMILY public.loose USING hash;
COMMENT ON OPERATOR FAMILY public.loose USING hash IS 'a family';
CREATE FUNCTION public.pair_hash(p public.pair) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS 'SELECT p.a';
CREATE OPERATOR CLASS public.pair_hashed DEFAULT FOR TYPE public.pair USING hash FAMILY public.loose AS
    OPERATOR 1 public.===, FUNCTION 1 public.pair_hash(public.pair);
CREATE OPERATOR FAMILY public.mixed USING btree;
ALTER OPERATOR FAMILY public.mixed USING btree ADD OPERATOR 1 < (integer, bigint), FUNCTION 1 (integer, bigint) btint48cmp(integer, bigint);
CREATE FUNCTION public.mood_rank(m shop.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS $$SELECT 1$$;
CREATE CAST (shop.mood AS integer) WITH FUNCTION public.mood_rank(shop.mood) AS ASSIGNMENT;
COMMENT ON CAST (shop.mood AS integer) IS 'its rank';
CREATE CAST (public.pair AS text) WITH INOUT;
CREATE CONVERSION public.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
COMMENT ON CONVERSION public.latin IS 'for old files';
CREATE FUNCTION public.plmine_run() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION public.plmine_do(internal) RETURNS void LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION public.plmine_check(oid) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE LANGUAGE plmine HANDLER public.plmine_run INLINE public.plmine_do VALIDATOR public.plmine_check;
COMMENT ON LANGUAGE plmine IS 'mine';
CREATE TRUSTED LANGUAGE plshared HANDLER public.plmine_run;
REVOKE USAGE ON LANGUAGE plshared FROM PUBLIC;
GRANT USAGE ON LANGUAGE plshared TO reader;
CREATE FUNCTION public.by_mine() RETURNS integer LANGUAGE plmine AS 'BEGIN RETURN 1; END';
CREATE TRANSFORM FOR point LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION point_recv(internal));
COMMENT ON TRANSFORM FOR point LANGUAGE sql IS 'back and forth';
CREATE ACCESS METHOD trees TYPE INDEX HANDLER gisthandler;
COMMENT ON ACCESS METHOD trees IS 'a second name';
CREATE ACCESS METHOD heaps TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE public.heaped (x integer) USING heaps;

-- revision: views
CREATE VIEW public.z_first AS SELECT id, name, '%:x'::text AS mark FROM public.users WHERE born > '2000-01-01';
CREATE VIEW public.a_second WITH (security_barrier) AS SELECT z.id, public.count_users() AS n FROM public.z_first z;
CREATE FUNCTION public.of_view() RETURNS SETOF public.a_second LANGUAGE sql AS 'SELECT * FROM public.a_second';
CREATE VIEW public.third AS SELECT o.id FROM public.of_view() o;
COMMENT ON VIEW public.a_second IS 'built on z_first';
COMMENT ON COLUMN public.a_second.n IS 'how many';
CREATE VIEW public.checked AS SELECT a, b FROM public.base WHERE a > 1 WITH LOCAL CHECK OPTION;
ALTER VIEW public.checked ALTER COLUMN b SET DEFAULT 'by the view';
GRANT SELECT (a), UPDATE (b) ON public.checked TO reader;
CREATE VIEW public.grouped AS SELECT c.code, c.label, count(*) AS n FROM public.codes c GROUP BY c.code;
CREATE VIEW public.tree AS WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT n FROM t;
CREATE MATERIALIZED VIEW public.totals WITH (fillfactor = 80) AS SELECT user_id, count(*) AS n, 'x'::text AS t FROM shop.orders GROUP BY user_id;
CREATE UNIQUE INDEX totals_user ON public.totals (user_id);
ALTER TABLE public.totals CLUSTER ON totals_user;
ALTER MATERIALIZED VIEW public.totals ALTER COLUMN n SET STATISTICS 50;
ALTER MATERIALIZED VIEW public.totals ALTER COLUMN t SET STORAGE EXTERNAL;
COMMENT ON MATERIALIZED VIEW public.totals IS 'sums';
CREATE MATERIALIZED VIEW shop.unfilled AS SELECT 1 AS one WITH NO DATA;

-- revision: triggers, rules, policies
CREATE TRIGGER users_touch BEFORE UPDATE OF name ON public.users FOR EACH ROW WHEN (old.name IS DISTINCT FROM new.name) EXECUTE FUNCTION public.touch();
COMMENT ON TRIGGER users_touch ON public.users IS 'keeps the time';
CREATE TRIGGER asleep AFTER INSERT ON public.users FOR EACH ROW EXECUTE FUNCTION public.touch();
ALTER TABLE public.users DISABLE TRIGGER asleep;
CREATE TRIGGER awake AFTER DELETE ON public.users REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.touch();
ALTER TABLE public.users ENABLE ALWAYS TRIGGER awake;
CREATE TRIGGER twin AFTER TRUNCATE ON public.users EXECUTE FUNCTION public.touch('a', 'b');
ALTER TABLE public.users ENABLE REPLICA TRIGGER twin;
CREATE CONSTRAINT TRIGGER afterwards AFTER INSERT ON shop.orders FROM public.users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.touch();
CREATE TRIGGER instead INSTEAD OF INSERT ON public.grouped FOR EACH ROW EXECUTE FUNCTION public.touch();
CREATE TRIGGER of_parent AFTER INSERT ON public.events FOR EACH ROW EXECUTE FUNCTION public.touch();
CREATE RULE no_delete AS ON DELETE TO public.base DO INSTEAD NOTHING;
COMMENT ON RULE no_delete ON public.base IS 'never';
ALTER TABLE public.base DISABLE RULE no_delete;
CREATE RULE to_base AS ON INSERT TO public.z_first DO INSTEAD INSERT INTO public.base (a, b) VALUES (new.id, ':x');
CREATE FUNCTION public.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN NULL; END$$;
CREATE EVENT TRIGGER watch_ddl ON ddl_command_end WHEN TAG IN ('DROP OWNED', 'CREATE CAST') EXECUTE FUNCTION public.on_ddl();
COMMENT ON EVENT TRIGGER watch_ddl IS 'watches';
ALTER EVENT TRIGGER watch_ddl ENABLE REPLICA;
ALTER TABLE public.users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON public.users AS RESTRICTIVE FOR UPDATE TO reader, writer USING (name = current_user) WITH CHECK (name <> ':x');
COMMENT ON POLICY own ON public.users IS 'mine';
CREATE POLICY readable ON public.users FOR SELECT USING (true);

-- revision: grants and the rest
GRANT SELECT, INSERT ON public.users TO reader;
GRANT UPDATE (name), SELECT (id) ON public.users TO reader WITH GRANT OPTION;
GRANT USAGE ON SEQUENCE public.tickets TO PUBLIC;
GRANT ALL ON public.codes TO writer WITH GRANT OPTION;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA shop TO writer;
CREATE TEXT SEARCH TEMPLATE public.mould (INIT = dsimple_init, LEXIZE = dsimple_lexize);
COMMENT ON TEXT SEARCH TEMPLATE public.mould IS 'simple';
CREATE TEXT SEARCH PARSER public.reader (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,
    LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
COMMENT ON TEXT SEARCH PARSER public.reader IS 'the usual one';
CREATE TEXT SEARCH DICTIONARY public.plain (TEMPLATE = public.mould, STOPWORDS = 'english');
COMMENT ON TEXT SEARCH DICTIONARY public.plain IS 'no stop words';
CREATE TEXT SEARCH CONFIGURATION public.words (PARSER = public.reader);
ALTER TEXT SEARCH CONFIGURATION public.words ADD MAPPING FOR asciiword, word WITH public.plain, pg_catalog.english_stem;
COMMENT ON TEXT SEARCH CONFIGURATION public.words IS 'words';
CREATE TABLE public.texts (body text, found tsvector GENERATED ALWAYS AS (to_tsvector('public.words', body)) STORED);
ALTER TABLE shop.orders REPLICA IDENTITY FULL;
ALTER TABLE public.base REPLICA IDENTITY NOTHING;
CREATE PUBLICATION outgoing FOR TABLE public.users, shop.orders WITH (publish = 'insert, update');
CREATE PUBLICATION everything FOR ALL TABLES;
COMMENT ON PUBLICATION outgoing IS 'to others';

-- revision: default privileges
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT USAGE ON SEQUENCES TO reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON TYPES TO writer;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO reader;
