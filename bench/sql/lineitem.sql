-- The table lineitem with the columns and types of TPC-H, for benchmarks and for tests of a large table.
--
--   psql -v rows=6000000 -f bench/sql/lineitem.sql
--
-- rows: how many; 6 000 000 are about 1 GB of heap and take about half a minute on two cores.
-- Every value is arithmetic on the row's number, so each load, on each machine, gives the same table. The
-- distributions are like TPC-H's: four lines for each order, dates over seven years, low cardinality in the flags and
-- modes, comments that seldom repeat. It isn't TPC-H's own generator, and its queries' answers don't hold here.
\set ON_ERROR_STOP on

SET client_min_messages = warning;
DROP TABLE IF EXISTS lineitem;
-- Unlogged: half the time to load, and reading it is the same.
CREATE UNLOGGED TABLE lineitem (
  l_orderkey      bigint NOT NULL,
  l_partkey       integer NOT NULL,
  l_suppkey       integer NOT NULL,
  l_linenumber    integer NOT NULL,
  l_quantity      numeric(15,2) NOT NULL,
  l_extendedprice numeric(15,2) NOT NULL,
  l_discount      numeric(15,2) NOT NULL,
  l_tax           numeric(15,2) NOT NULL,
  l_returnflag    char(1) NOT NULL,
  l_linestatus    char(1) NOT NULL,
  l_shipdate      date NOT NULL,
  l_commitdate    date NOT NULL,
  l_receiptdate   date NOT NULL,
  l_shipinstruct  char(25) NOT NULL,
  l_shipmode      char(10) NOT NULL,
  l_comment       varchar(44) NOT NULL
);

-- a, b, c: three independent looking numbers below 2^31 for each row (multiplicative hashing; prime moduli).
INSERT INTO lineitem
SELECT
  i / 4 + 1,
  (a % 200000 + 1)::integer,
  (b % 10000 + 1)::integer,
  (i % 4 + 1)::integer,
  (c % 50 + 1)::numeric,
  ((c % 50 + 1) * (90000 + a % 10000000 / 100) / 100.0)::numeric(15,2),
  (b % 11) / 100.0,
  (c / 7 % 9) / 100.0,
  (ARRAY['R', 'A', 'N', 'N'])[a % 4 + 1],
  CASE WHEN b % 2 = 0 THEN 'O' ELSE 'F' END,
  date '1992-01-02' + (a % 2526)::integer,
  date '1992-01-02' + (a % 2526 + b % 61)::integer - 30,
  date '1992-01-02' + (a % 2526 + c % 30 + 1)::integer,
  (ARRAY['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN'])[b / 3 % 4 + 1],
  (ARRAY['REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB'])[c / 5 % 7 + 1],
  left(words[a / 11 % 16 + 1] || ' ' || words[b / 13 % 16 + 1] || ' ' || words[c / 17 % 16 + 1] || ' ' || a % 99991,
       (10 + b % 34)::integer)
FROM (
  SELECT i,
         i * 2654435761 % 2147483647 AS a,
         (i + 77) * 48271 % 2147483629 AS b,
         (i + 4099) * 1103515245 % 2147483587 AS c
  FROM generate_series(0::bigint, :rows - 1) AS i
) AS numbers,
(SELECT ARRAY['carefully', 'quickly', 'furiously', 'slyly', 'blithely', 'regular', 'final', 'ironic', 'pending',
              'bold', 'express', 'special', 'requests', 'deposits', 'packages', 'accounts'] AS words) AS dictionary;

-- Sets hint bits and the visibility map, as an autovacuum would have done on a table of this size.
VACUUM (ANALYZE) lineitem;
