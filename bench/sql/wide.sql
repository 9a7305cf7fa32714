-- A wide table of the kind that applications grow: 30 columns of text, nullable numbers, instants, uuid and jsonb.
--
--   psql -v rows=500000 -f bench/sql/wide.sql
--
-- Every value is arithmetic on the row's number, so each load, on each machine, gives the same table.
\set ON_ERROR_STOP on

SET client_min_messages = warning;
DROP TABLE IF EXISTS wide;
CREATE UNLOGGED TABLE wide AS
SELECT
  i AS id,
  md5(i::text)::uuid AS key,
  'customer ' || a % 50000 AS customer,
  md5(a::text) || '@example.com' AS email,
  (ARRAY['new', 'paid', 'packed', 'sent', 'returned'])[a % 5 + 1] AS status,
  repeat(md5(b::text) || ' ', (b % 7)::integer) AS note,
  CASE WHEN a % 3 <> 0 THEN a % 1000 END::integer AS n1,
  CASE WHEN b % 4 <> 0 THEN b % 100000 END::integer AS n2,
  CASE WHEN c % 5 <> 0 THEN c END::integer AS n3,
  CASE WHEN a % 2 <> 0 THEN a * b END AS n4,
  CASE WHEN b % 10 <> 0 THEN b % 7 END::smallint AS n5,
  timestamptz '2024-01-01 00:00:00+00' + (i * 61 + a % 60) * interval '1 second' AS created_at,
  CASE WHEN c % 3 = 0 THEN timestamptz '2024-01-01 00:00:00+00' + b % 31536000 * interval '1 second' END AS paid_at,
  timestamptz '2024-01-01 00:00:00+00' + c * interval '1 microsecond' AS updated_at,
  date '2020-01-01' + (a % 2000)::integer AS due,
  a / 7.0::double precision AS d1,
  CASE WHEN b % 4 <> 0 THEN b / 3.0::double precision END AS d2,
  sqrt(c::double precision) AS d3,
  (a % 1000 / 10.0)::real AS r1,
  (a % 10000000 / 100.0)::numeric(12,2) AS price,
  CASE WHEN c % 2 = 0 THEN (c % 100000 / 10000.0)::numeric(10,4) END AS rate,
  a % 2 = 0 AS active,
  CASE WHEN b % 9 <> 0 THEN b % 2 = 0 END AS checked,
  jsonb_build_object('source', (ARRAY['web', 'shop', 'phone'])[b % 3 + 1], 'score', c % 1000, 'tags',
                     jsonb_build_array(a % 10, b % 10)) AS payload,
  CASE WHEN a % 8 = 0 THEN jsonb_build_object('discount', a % 50) END AS extra,
  (ARRAY['DE', 'FR', 'IT', 'PL', 'ES', 'NL', 'AT'])[c % 7 + 1] AS country,
  'Street ' || b % 997 || ' No. ' || c % 200 AS address,
  lpad((c % 100000)::text, 5, '0') AS zip,
  md5(c::text) AS token,
  CASE WHEN b % 20 = 0 THEN 'see ticket ' || a END AS remark
FROM (
  SELECT i,
         i * 2654435761 % 2147483647 AS a,
         (i + 77) * 48271 % 2147483629 AS b,
         (i + 4099) * 1103515245 % 2147483587 AS c
  FROM generate_series(0::bigint, :rows - 1) AS i
) AS numbers;

VACUUM (ANALYZE) wide;
