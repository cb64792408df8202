-- What PostgreSQL 13 brought.

-- revision: of 13
ALTER STATISTICS public.users_stats SET STATISTICS 20;
CREATE PUBLICATION by_root FOR TABLE public.events WITH (publish_via_partition_root = true);
CREATE TRIGGER before_parts BEFORE INSERT ON public.events FOR EACH ROW EXECUTE FUNCTION public.touch();
ALTER TABLE shop.orders ADD CONSTRAINT orders_doubled UNIQUE (room, during) WITH (fillfactor = 90, deduplicate_items = off);
ALTER TABLE public.base SET (autovacuum_vacuum_insert_threshold = 5000);
