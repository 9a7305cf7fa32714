-- Functions that make random values: of full range, odd where a type has odd corners. Read by
-- tests/end_to_end/test_random_values.py; setseed() before them makes the same values again.

CREATE FUNCTION r64() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  -- Of any size: as many small numbers as large ones.
  SELECT (('x' || md5(random()::text))::bit(64) >> (random() * 63)::int)::bigint * sign(random() - 0.5)::bigint $$;

CREATE FUNCTION r32() RETURNS integer LANGUAGE sql VOLATILE AS $$
  SELECT ((('x' || md5(random()::text))::bit(32) >> (random() * 31)::int)::bigint::bit(32))::integer
         * sign(random() - 0.5)::integer $$;

CREATE FUNCTION below(n numeric) RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT floor(random() * n)::bigint $$;

CREATE FUNCTION digits(n integer) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT coalesce(string_agg(below(10)::text, ''), '') FROM generate_series(1, n) $$;

CREATE FUNCTION letter() RETURNS text LANGUAGE sql VOLATILE AS $$
  -- What quoting is about, ASCII, and the planes of Unicode without surrogates and U+0000.
  SELECT CASE below(6) WHEN 0 THEN (ARRAY['"', '\', '''', ',', '{', '}', '(', ')', '[', ']', ' ', E'\n', E'\t', ';', '=', '>',
                                          '%', '`'])[1 + below(18)]
                       WHEN 1 THEN chr((1 + below(127))::int) WHEN 2 THEN chr((128 + below(55168))::int)
                       WHEN 3 THEN chr((57344 + below(1056768))::int) ELSE chr((97 + below(26))::int) END $$;

CREATE FUNCTION rtext(longest integer DEFAULT 12) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT CASE below(12) WHEN 0 THEN '' WHEN 1 THEN (ARRAY['NULL', 'null', 'empty', '{}', '""', '\N'])[1 + below(6)]
                        ELSE (SELECT coalesce(string_agg(letter(), ''), '') FROM generate_series(1, below(longest + 1))) END $$;

CREATE FUNCTION rnumeric(before integer, behind integer) RETURNS numeric LANGUAGE sql VOLATILE AS $$
  -- At most so many digits before and behind the point.
  SELECT (CASE WHEN random() < 0.5 THEN '-' ELSE '' END || '0' || digits(below(before + 1)::int) || '.'
          || digits(below(behind + 1)::int) || '0')::numeric $$;

CREATE FUNCTION rfloat(exponent integer, digits integer) RETURNS double precision LANGUAGE sql VOLATILE AS $$
  SELECT CASE below(20) WHEN 0 THEN (ARRAY['NaN', 'Infinity', '-Infinity', '-0', '0'])[1 + below(5)]::double precision
         ELSE (CASE WHEN random() < 0.5 THEN '-' ELSE '' END || below(9) || '.' || digits(digits)
               || 'e' || (below(2 * exponent) - exponent))::double precision END $$;

CREATE FUNCTION rdate() RETURNS date LANGUAGE sql VOLATILE AS $$
  -- One in two in all of PostgreSQL's range, 4714 BC to 5874897 AD.
  SELECT CASE below(2) WHEN 0 THEN date '4714-11-24 BC' + below(2147483494)::int ELSE date '1900-01-01' + below(73000)::int END $$;

CREATE FUNCTION rtimestamp() RETURNS timestamp LANGUAGE sql VOLATILE AS $$
  -- One in two in all of the range of microseconds since 1970.
  SELECT CASE below(2) WHEN 0 THEN (date '4714-11-24 BC' + below(109190000)::int)::timestamp
                       ELSE (date '1900-01-01' + below(73000)::int)::timestamp END
         + below(86400000000) / (ARRAY[1, 1000, 1000000])[1 + below(3)] * interval '1 microsecond' $$;

CREATE FUNCTION rtime() RETURNS time LANGUAGE sql VOLATILE AS $$
  SELECT CASE below(30) WHEN 0 THEN time '24:00' ELSE time '00:00' + below(86400000000) * interval '1 microsecond' END $$;

CREATE FUNCTION rtimetz() RETURNS timetz LANGUAGE sql VOLATILE AS $$
  SELECT (rtime()::text || (ARRAY['+', '-'])[1 + below(2)] || to_char(below(16), 'FM00') || ':' || to_char(below(60), 'FM00')
          || ':' || to_char(below(60), 'FM00'))::timetz $$;

CREATE FUNCTION rinterval() RETURNS interval LANGUAGE sql VOLATILE AS $$
  SELECT format('%s months %s days', r32(), r32())::interval + r64() / 2 * interval '1 microsecond' $$;

CREATE FUNCTION rbytes() RETURNS bytea LANGUAGE sql VOLATILE AS $$
  SELECT coalesce(string_agg(decode(md5(random()::text), 'hex'), ''), '') FROM generate_series(1, below(3)) $$;

CREATE FUNCTION rinet() RETURNS inet LANGUAGE sql VOLATILE AS $$
  SELECT CASE below(2) WHEN 0 THEN set_masklen(inet '0.0.0.0' + below(4294967296), below(33)::int)
                       ELSE set_masklen(inet '2001:db8::' + below(4611686018427387904), below(129)::int) END $$;

CREATE FUNCTION rbits(n integer) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT coalesce(string_agg(below(2)::text, ''), '') FROM generate_series(1, n) $$;

CREATE FUNCTION rjson(depth integer) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
  BEGIN
    RETURN CASE below(CASE WHEN depth > 0 THEN 7 ELSE 5 END)
      WHEN 0 THEN 'null'::jsonb WHEN 1 THEN to_jsonb(random() < 0.5) WHEN 2 THEN to_jsonb(rnumeric(20, 20))
      WHEN 3 THEN to_jsonb(rtext()) WHEN 4 THEN to_jsonb(r64())
      WHEN 5 THEN (SELECT coalesce(jsonb_agg(rjson(depth - 1)), '[]') FROM generate_series(1, below(4)))
      ELSE (SELECT coalesce(jsonb_object_agg(rtext(), rjson(depth - 1)), '{}') FROM generate_series(1, below(4))) END;
  END $$;

CREATE FUNCTION rhstore() RETURNS hstore LANGUAGE sql VOLATILE AS $$
  SELECT coalesce(hstore(array_agg(rtext()), array_agg(CASE WHEN random() < 0.2 THEN NULL ELSE rtext() END)), '')
  FROM generate_series(1, below(4)) $$;

CREATE FUNCTION rbounds() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT (ARRAY['[)', '(]', '()', '[]'])[1 + below(4)] $$;

CREATE FUNCTION rrange(a anyelement, b anyelement, kind text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
  -- A range of the type `kind` between a and b, some unbounded, as text.
  DECLARE made text;
  BEGIN
    IF random() < 0.05 THEN RETURN 'empty'; END IF;
    EXECUTE format('SELECT %I(CASE WHEN $1 < 0.1 THEN NULL ELSE least($2, $3) END, CASE WHEN $4 < 0.1 THEN NULL'
                   ' ELSE greatest($2, $3) END, $5)::text', kind) INTO made USING random(), a, b, random(), rbounds();
    RETURN made;
  END $$;

CREATE TYPE part AS (n integer, t text, d numeric(20,6), at timestamptz);
CREATE TYPE device AS (address inet, parts part[], main part, raw bytea, ok boolean, f double precision, uptime interval);

CREATE FUNCTION rpart() RETURNS part LANGUAGE sql VOLATILE AS $$
  SELECT ROW(CASE WHEN random() < 0.9 THEN r32() END, CASE WHEN random() < 0.9 THEN rtext() END,
             CASE WHEN random() < 0.9 THEN rnumeric(14, 6) END,
             CASE WHEN random() < 0.9 THEN rtimestamp() AT TIME ZONE 'UTC' END)::part $$;

CREATE FUNCTION rdevice() RETURNS device LANGUAGE sql VOLATILE AS $$
  SELECT ROW(CASE WHEN random() < 0.9 THEN rinet() END,
             (SELECT array_agg(CASE WHEN random() < 0.9 THEN rpart() END) FROM generate_series(1, below(4))),
             CASE WHEN random() < 0.9 THEN rpart() END, CASE WHEN random() < 0.9 THEN rbytes() END, random() < 0.5,
             rfloat(300, 17), CASE WHEN random() < 0.9 THEN rinterval() END)::device $$;

CREATE TYPE mood AS ENUM ('fine', '', 'So, so', 'grün "q" \', 'NULL');
CREATE TYPE inetrange AS RANGE (subtype = inet);
CREATE TYPE textrange AS RANGE (subtype = text, collation = "C");
