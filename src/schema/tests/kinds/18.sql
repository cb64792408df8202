-- What PostgreSQL 18 brought.

-- revision: of 18
CREATE TABLE public.computed (a integer, doubled integer GENERATED ALWAYS AS (a * 2) VIRTUAL, b text DEFAULT 'x');
CREATE TABLE public.named_nulls (
    a integer CONSTRAINT a_is_there NOT NULL,
    b integer CONSTRAINT alone_here NOT NULL NO INHERIT,
    c integer,
    d integer NOT NULL
);
ALTER TABLE public.named_nulls ADD CONSTRAINT c_from_now NOT NULL c NOT VALID;
COMMENT ON CONSTRAINT a_is_there ON public.named_nulls IS 'always';
CREATE TABLE public.renamed_nulls (d integer NOT NULL, e integer NOT NULL);
ALTER TABLE public.renamed_nulls RENAME TO other_nulls;
ALTER TABLE public.other_nulls ADD CONSTRAINT on_paper CHECK (d > e) NOT ENFORCED;
CREATE TABLE public.rooms (id integer, during daterange, CONSTRAINT rooms_key PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE public.stays (id integer, room integer, during daterange,
    CONSTRAINT stays_room FOREIGN KEY (room, PERIOD during) REFERENCES public.rooms (id, PERIOD during));
ALTER TABLE public.stays ADD CONSTRAINT stays_once UNIQUE (id, during WITHOUT OVERLAPS);
ALTER TABLE public.uses ADD CONSTRAINT uses_on_paper FOREIGN KEY (b) REFERENCES public.plans NOT ENFORCED;
CREATE PUBLICATION with_generated FOR TABLE public.texts WITH (publish_generated_columns = stored);
