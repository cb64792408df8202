-- What PostgreSQL 16 brought.

-- revision: of 16
CREATE TABLE public.stored (x text STORAGE EXTERNAL);
ALTER TABLE public.texts ADD CONSTRAINT body_is_json CHECK (body IS JSON);
