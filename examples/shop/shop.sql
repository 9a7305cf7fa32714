-- A sample shop of about 1.2 million rows, for the demo and for trying things out.
--
--   createdb shop && psql -d shop -f examples/shop/shop.sql
--
-- Every value is arithmetic on a row's number: no random(), no now(), so each load gives the same rows. It has a bit
-- of what real schemas have: exact prices, an enum, JSON, arrays, UUIDs, padded codes, NULLs, a partitioned table,
-- a view, and names that need quotes.
\set ON_ERROR_STOP on
\encoding UTF8
SET client_min_messages = warning;
BEGIN;

-- A number below `below`, spread evenly, that depends on the row's number and on which column asks (`salt`).
CREATE FUNCTION spread(row_number bigint, salt integer, below integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((hashint8extended(row_number, salt) & 2147483647) % below)::integer;

CREATE TYPE order_status AS ENUM ('new', 'paid', 'packed', 'shipped', 'delivered', 'returned, refunded');

-- Customers ---------------------------------------------------------------------------------------------------------

CREATE TABLE customers (
  customer_id  integer PRIMARY KEY,
  public_id    uuid NOT NULL,
  name         text NOT NULL,
  email        varchar(120),
  country      char(2) NOT NULL,
  postcode     char(8),
  born_on      date,
  credit_limit numeric(12,2),
  newsletter   boolean NOT NULL,
  registered   timestamptz NOT NULL
);
COMMENT ON TABLE customers IS 'Everyone who ever opened an account';
COMMENT ON COLUMN customers.public_id IS 'What we show to the outside instead of customer_id';
COMMENT ON COLUMN customers.postcode IS 'Padded with blanks, as the old system had it';
COMMENT ON COLUMN customers.credit_limit IS 'In euro; NULL: pays in advance';

INSERT INTO customers
SELECT i,
       md5('customer ' || i)::uuid,
       (ARRAY['Ada', 'Björn', 'Chloé', 'Đorđe', 'Eve', 'Fátima', 'Giulia', 'Håkon', 'Ivana', '健太', 'Κώστας', 'Łukasz'])
         [spread(i, 1, 12) + 1] || ' ' ||
       (ARRAY['O''Neill', 'Müller', 'García', 'Nowak', 'de la Cruz', 'Smith', 'Øst', 'Yılmaz'])[spread(i, 2, 8) + 1],
       CASE WHEN i % 9 <> 0 THEN 'customer' || i || '@example.com' END,
       (ARRAY['DE', 'FR', 'PL', 'NO', 'IT', 'GR', 'JP'])[spread(i, 3, 7) + 1],
       CASE WHEN i % 7 <> 0 THEN lpad(spread(i, 4, 99999)::text, 5, '0') END,
       CASE WHEN i % 5 <> 0 THEN date '1940-01-01' + spread(i, 5, 25000) END,
       CASE WHEN i % 3 <> 0 THEN spread(i, 6, 500000) / 100.0 END,
       spread(i, 7, 2) = 1,
       timestamptz '2019-01-01 00:00:00+00' + spread(i, 8, 200000000) * interval '1 second'
         + spread(i, 9, 1000000) * interval '1 microsecond'
FROM generate_series(1, 20000) AS i;

-- Products ----------------------------------------------------------------------------------------------------------

CREATE TABLE products (
  product_id integer PRIMARY KEY,
  sku        char(12) NOT NULL,
  title      text NOT NULL,
  price      numeric(12,2) NOT NULL,
  weight_kg  double precision,
  tags       text[] NOT NULL,
  attributes jsonb,
  photo      bytea,
  listed_on  date NOT NULL
);
COMMENT ON TABLE products IS 'What can be bought';
COMMENT ON COLUMN products.price IS 'In euro, without tax';
COMMENT ON COLUMN products.attributes IS 'Free form, by category';

INSERT INTO products
SELECT i,
       'SKU-' || i,
       (ARRAY['Oak', 'Steel', 'Linen', 'Glass', 'Wool'])[spread(i, 11, 5) + 1] || ' ' ||
       (ARRAY['chair', 'lamp', 'table', 'shelf', 'blanket', 'cup'])[spread(i, 12, 6) + 1] || ' no. ' || i,
       (99 + spread(i, 13, 99900)) / 100.0,
       CASE WHEN i % 6 <> 0 THEN spread(i, 14, 40000) / 1000.0 END,
       CASE i % 4 WHEN 0 THEN '{}'
                  WHEN 1 THEN ARRAY['sale']
                  WHEN 2 THEN ARRAY['new', 'made in "Łódź"']
                  ELSE ARRAY['eco', NULL, 'fragile, handle with care'] END,
       CASE WHEN i % 8 <> 0 THEN jsonb_build_object(
         'colour', (ARRAY['red', 'blue', 'natural'])[spread(i, 15, 3) + 1],
         'size', jsonb_build_array(spread(i, 16, 200), spread(i, 17, 200), 0.5),
         'assembled', i % 2 = 0) END,
       CASE WHEN i % 10 = 0 THEN decode(md5('photo ' || i), 'hex') END,
       date '2020-01-01' + spread(i, 18, 2000)
FROM generate_series(1, 2000) AS i;

-- Orders ------------------------------------------------------------------------------------------------------------

CREATE TABLE orders (
  order_id    bigint PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES customers,
  status      order_status NOT NULL,
  ordered_at  timestamptz NOT NULL,
  deliver_on  date,
  shipping    numeric(12,2) NOT NULL,
  note        text
);
COMMENT ON TABLE orders IS 'One row for each check-out';
COMMENT ON COLUMN orders.deliver_on IS 'The day the customer asked for, if any';
COMMENT ON COLUMN orders.note IS 'What the customer wrote; an empty text is not the same as none';

INSERT INTO orders
SELECT i,
       spread(i, 21, 20000) + 1,
       (enum_range(NULL::order_status))[spread(i, 22, 6) + 1],
       timestamptz '2024-01-01 00:00:00+00' + i * interval '315 seconds' + spread(i, 23, 1000000) * interval '1 microsecond',
       CASE WHEN i % 3 <> 0 THEN date '2024-01-03' + (i * 315 / 86400)::integer + spread(i, 24, 10) END,
       (ARRAY[0, 4.90, 7.95, 12.50])[spread(i, 25, 4) + 1],
       CASE i % 20 WHEN 0 THEN 'Please ring twice' WHEN 1 THEN '' WHEN 2 THEN E'Gate code:\n4711\t#' END
FROM generate_series(1, 200000) AS i;

CREATE TABLE order_items (
  order_id   bigint NOT NULL,
  line       smallint NOT NULL,
  product_id integer NOT NULL,
  quantity   integer NOT NULL,
  price      numeric(12,2) NOT NULL,
  discount   real,
  total      numeric(14,2) GENERATED ALWAYS AS (price * quantity) STORED,
  PRIMARY KEY (order_id, line)
);
COMMENT ON TABLE order_items IS 'What was in each order, at the price of that day';

-- Three lines for each order.
INSERT INTO order_items (order_id, line, product_id, quantity, price, discount)
SELECT i / 3 + 1,
       i % 3 + 1,
       spread(i, 31, 2000) + 1,
       spread(i, 32, 5) + 1,
       (99 + spread(i, 33, 99900)) / 100.0,
       CASE WHEN i % 4 = 0 THEN spread(i, 34, 30) / 100.0 END
FROM generate_series(0, 599999) AS i;
-- After the rows, so that they are checked all at once.
ALTER TABLE order_items ADD FOREIGN KEY (order_id) REFERENCES orders, ADD FOREIGN KEY (product_id) REFERENCES products;

-- Reviews: names that need quotes -----------------------------------------------------------------------------------

CREATE TABLE "Product Reviews" (
  "Review ID"  integer PRIMARY KEY,
  product_id   integer NOT NULL REFERENCES products,
  "Größe"      text,
  stars        smallint NOT NULL CHECK (stars BETWEEN 1 AND 5),
  "text"       text
);
COMMENT ON TABLE "Product Reviews" IS 'Its name needs quotes in SQL, and gets a plain one in the lake';

INSERT INTO "Product Reviews"
SELECT i,
       spread(i, 41, 2000) + 1,
       CASE WHEN i % 2 = 0 THEN (ARRAY['S', 'M', 'L', 'XL'])[spread(i, 42, 4) + 1] END,
       spread(i, 43, 5) + 1,
       CASE WHEN i % 6 <> 0 THEN repeat((ARRAY['Good. ', 'Не надо! ', '👍 '])[spread(i, 44, 3) + 1], spread(i, 45, 8) + 1) END
FROM generate_series(1, 40000) AS i;

-- Events: partitioned by month --------------------------------------------------------------------------------------

CREATE TABLE events (
  event_id    bigint NOT NULL,
  at          timestamp NOT NULL,
  kind        text NOT NULL,
  customer_id integer,
  payload     jsonb
) PARTITION BY RANGE (at);
COMMENT ON TABLE events IS 'Clicks on the site; one partition for each month, one table in the lake';

CREATE TABLE events_2025_01 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
CREATE TABLE events_2025_02 PARTITION OF events FOR VALUES FROM ('2025-02-01') TO ('2025-03-01');
CREATE TABLE events_2025_03 PARTITION OF events FOR VALUES FROM ('2025-03-01') TO ('2025-04-01');
CREATE TABLE events_other PARTITION OF events DEFAULT;

INSERT INTO events
SELECT i,
       timestamp '2025-01-01' + i * interval '25 seconds' + spread(i, 51, 25000000) * interval '1 microsecond',
       (ARRAY['view', 'search', 'basket', 'pay'])[spread(i, 52, 4) + 1],
       CASE WHEN i % 4 <> 0 THEN spread(i, 53, 20000) + 1 END,
       CASE WHEN i % 3 = 0 THEN jsonb_build_object('product', spread(i, 54, 2000) + 1, 'ms', spread(i, 55, 90000)) END
FROM generate_series(1, 320000) AS i;

-- A view ------------------------------------------------------------------------------------------------------------

CREATE VIEW revenue_by_day AS
SELECT (o.ordered_at AT TIME ZONE 'UTC')::date AS day,
       count(DISTINCT o.order_id) AS orders,
       sum(i.total)::numeric(16,2) AS revenue
FROM orders o JOIN order_items i USING (order_id)
WHERE o.status <> 'returned, refunded'
GROUP BY 1;
COMMENT ON VIEW revenue_by_day IS 'Exported like a table, by its query';

DROP FUNCTION spread;
COMMIT;

-- As an autovacuum would have done by now.
VACUUM (ANALYZE);
