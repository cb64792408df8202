-- 240 users and 420 entries of their audit log. Nothing here depends on the clock or on chance.
INSERT INTO users (id, username, email, status, role, created_at, updated_at, last_login_at)
SELECT md5('user ' || n)::uuid,
       'user' || lpad(n::text, 3, '0'),
       'user' || lpad(n::text, 3, '0') || '@artstore.example',
       (ARRAY['ACTIVE', 'ACTIVE', 'ACTIVE', 'INACTIVE', 'LOCKED', 'DELETED'])[1 + n % 6]::user_status_enum,
       (ARRAY['USER', 'USER', 'USER', 'OPERATOR', 'USER', 'USER', 'ADMIN'])[1 + n % 7]::user_role_enum,
       timestamptz '2026-09-08 08:00:00+00' + n * interval '3 hours',
       timestamptz '2026-09-08 08:00:00+00' + n * interval '3 hours',
       CASE WHEN n % 5 > 0 THEN timestamptz '2026-10-20 07:30:00+00' + n * interval '41 minutes' END
FROM generate_series(1, 240) AS n;

INSERT INTO audit_logs (user_id, action, payload, created_at)
SELECT md5('user ' || 1 + n % 240)::uuid,
       (ARRAY['login', 'upload', 'download', 'role.change', 'logout'])[1 + n % 5],
       jsonb_build_object('address', '192.0.2.' || n % 250, 'item', n),
       timestamptz '2026-10-03 06:00:00+00' + n * interval '53 minutes'
FROM generate_series(1, 420) AS n;
