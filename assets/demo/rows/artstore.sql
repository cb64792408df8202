-- 320 documents and 150 searches. Nothing here depends on the clock or on chance.
INSERT INTO search_documents (file_reference, title, body, attributes, indexed_at)
SELECT md5('file ' || n)::uuid::text,
       (ARRAY['Harbour', 'Portrait', 'Still life', 'Orchard', 'Interior'])[1 + n % 5] || ', sheet ' || n,
       'Drawing ' || n || ' of the collection, ' || (ARRAY['chalk', 'ink', 'watercolour'])[1 + n % 3] || ' on paper.',
       jsonb_build_object('year', 1850 + n % 90, 'technique', (ARRAY['chalk', 'ink', 'watercolour'])[1 + n % 3]),
       timestamptz '2026-10-21 08:00:00+00' + n * interval '29 minutes'
FROM generate_series(1, 320) AS n;

INSERT INTO search_queries (terms, hits, searched_at)
SELECT (ARRAY['harbour', 'portrait 1880', 'watercolour', 'orchard ink', 'sheet'])[1 + n % 5],
       n * 13 % 97,
       timestamptz '2026-10-25 09:00:00+00' + n * interval '47 minutes'
FROM generate_series(1, 150) AS n;
