-- 12 service accounts with two keys each; run once a004 stands.
INSERT INTO service_accounts (id, name, owner_id, status, role, created_at)
SELECT md5('service account ' || n)::uuid,
       'service-' || lpad(n::text, 2, '0'),
       md5('user ' || n * 7)::uuid,
       (ARRAY['ACTIVE', 'ACTIVE', 'SUSPENDED', 'EXPIRED'])[1 + n % 4]::service_account_status_enum,
       (ARRAY['READONLY', 'USER', 'AUDITOR', 'ADMIN'])[1 + n % 4]::service_account_role_enum,
       timestamptz '2026-11-09 09:00:00+00' + n * interval '10 minutes'
FROM generate_series(1, 12) AS n;

INSERT INTO service_account_keys (id, service_account_id, key_hash, expires_at)
SELECT md5('key ' || n)::uuid,
       md5('service account ' || 1 + n % 12)::uuid,
       md5('left ' || n) || md5('right ' || n),
       timestamptz '2027-11-09 09:00:00+00' + n * interval '1 day'
FROM generate_series(1, 24) AS n;
