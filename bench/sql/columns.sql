-- A table of as many columns as are wanted, of five kinds in turn, none of which makes a small dictionary alone.
--
--   psql -v rows=60000 -v columns=400 -f bench/sql/columns.sql
--
-- rows: how many; columns: 1 to 1600. Arithmetic on the row's and the column's number, and the same on every machine.
\set ON_ERROR_STOP on

SET client_min_messages = warning;
DROP TABLE IF EXISTS columns;
SELECT format('CREATE UNLOGGED TABLE columns AS SELECT %s FROM generate_series(1::bigint, %s) AS i',
              string_agg(format(CASE
                                  -- A row has to fit into a block: of 1 600 columns none may be wide.
                                  WHEN :columns > 800 THEN
                                    (ARRAY['(i * %1$s %% 30011)::int2 AS c%1$s', '(i %% %1$s = 0) AS c%1$s'])[k % 2 + 1]
                                  ELSE (ARRAY['i * %1$s AS c%1$s', '(i * %1$s %% 1000)::int AS c%1$s',
                                              'substr(md5((i * %1$s)::text), 1, 8) AS c%1$s',
                                              '(i / 3.0 * %1$s)::float8 AS c%1$s', '(i %% %1$s = 0) AS c%1$s'])[k % 5 + 1]
                                END, k), ', '), :rows)
FROM generate_series(1, :columns) AS k
\gexec
VACUUM (ANALYZE) columns;
