-- Two tables of large values that no codec makes smaller, so that two workers have one each on their way.
--
--   psql -v rows=8 -v bytes=50000000 -f bench/sql/documents.sql
--
-- rows: in each table; bytes: of each value. Hashes of the row's number, and the same on every machine.
\set ON_ERROR_STOP on

SET client_min_messages = warning;
DROP TABLE IF EXISTS documents_1, documents_2;
CREATE UNLOGGED TABLE documents_1 (id integer NOT NULL, title text, body bytea);
-- TOAST would try to compress it, at some seconds a value.
ALTER TABLE documents_1 ALTER body SET STORAGE EXTERNAL;

INSERT INTO documents_1
SELECT id, 'document ' || id,
       (SELECT substr(string_agg(sha512((id || ':' || i)::bytea), ''), 1, :bytes)
        FROM generate_series(1, :bytes / 64 + 1) AS i)
FROM generate_series(1, :rows) AS id;
CREATE UNLOGGED TABLE documents_2 (LIKE documents_1 INCLUDING STORAGE);
INSERT INTO documents_2 SELECT * FROM documents_1;

VACUUM (ANALYZE) documents_1, documents_2;
