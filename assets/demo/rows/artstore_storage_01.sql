-- 8 volumes with 320 files. Nothing here depends on the clock or on chance.
INSERT INTO storage_volumes (id, name, type, status, capacity_bytes, created_at, mode)
SELECT md5('volume ' || n)::uuid,
       'volume-' || lpad(n::text, 2, '0'),
       (ARRAY['LOCAL', 'S3'])[1 + n % 2]::storage_type_enum,
       (ARRAY['ONLINE', 'ONLINE', 'DEGRADED', 'MAINTENANCE', 'OFFLINE'])[1 + n % 5]::storage_status_enum,
       n * 500000000000,
       timestamptz '2026-09-22 09:00:00+00' + n * interval '1 day',
       (ARRAY['RW', 'EDIT', 'RO', 'AR'])[1 + n % 4]::storage_mode_enum
FROM generate_series(1, 8) AS n;

INSERT INTO stored_files (id, volume_id, path, checksum, size_bytes, created_at)
SELECT md5('file ' || n)::uuid,
       md5('volume ' || 1 + n % 8)::uuid,
       'scans/' || lpad((n / 20)::text, 3, '0') || '/sheet-' || lpad(n::text, 4, '0') || '.tif',
       md5('head ' || n) || md5('tail ' || n),
       180000 + n * 7919 % 90000,
       timestamptz '2026-10-13 08:00:00+00' + n * interval '37 minutes'
FROM generate_series(1, 320) AS n;
