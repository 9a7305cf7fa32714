"""Asks DuckDB (over the lake's files) and PostgreSQL (over the tables) the same questions and compares the answers.

    python examples/shop/ask.py URL LAKE

Exits with 1 when an answer differs. Needs duckdb and psycopg2.
"""
import itertools
import sys

import duckdb
import psycopg2

TABLES = ["customers", "products", "orders", "order_items"]

# Each SELECT is plain enough to mean the same in both; nothing is translated.
QUESTIONS = [
    ("Orders by status, with exact sums and dates", """
SELECT status, count(*) AS orders, sum(shipping) AS shipping, max(deliver_on) AS last_day
FROM orders
GROUP BY status
ORDER BY shipping DESC"""),
    ("Revenue by country, a join of three tables", """
SELECT c.country, count(DISTINCT o.order_id) AS orders, sum(i.total) AS revenue
FROM customers c JOIN orders o USING (customer_id) JOIN order_items i USING (order_id)
GROUP BY c.country
ORDER BY revenue DESC
LIMIT 5"""),
    ("One order, line by line", """
SELECT CAST(o.ordered_at AS text) AS ordered_at, p.title, i.total
FROM orders o JOIN order_items i USING (order_id) JOIN products p USING (product_id)
WHERE o.order_id = 4711
ORDER BY i.line"""),
]


def as_table(names, rows):
    """The lines of a small table; every value as its text, so Decimal keeps its zeros and NULL is visible."""
    cells = [list(names)] + [["NULL" if value is None else str(value) for value in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names))]
    lines = ["  ".join(value.ljust(width) for value, width in zip(row, widths)) for row in cells]
    return [lines[0], "-" * len(lines[0])] + lines[1:]


def beside(left, right):
    width = max(len(line) for line in left)
    for one, other in itertools.zip_longest(left, right, fillvalue=""):
        print(f"  {one.ljust(width)}  |  {other}".rstrip())


def main(url, lake):
    lake_side = duckdb.connect()
    lake_side.execute("SET TimeZone = 'UTC'")
    print("In DuckDB:")
    for table in TABLES:
        view = f"CREATE VIEW {table} AS FROM '{lake}/public.{table}/latest/*.parquet'"
        print(f"  {view};")
        lake_side.execute(view)
    source_side = psycopg2.connect(url, options="-c timezone=UTC").cursor()

    different = 0
    for title, question in QUESTIONS:
        print(f"\n{title}:{question};\n")
        lake_side.execute(question)
        lake_answer = lake_side.fetchall()
        lake_names = [column[0] for column in lake_side.description]
        source_side.execute(question)
        source_answer = source_side.fetchall()
        source_names = [column.name for column in source_side.description]
        beside(["DuckDB, from the lake", ""] + as_table(lake_names, lake_answer),
               ["PostgreSQL", ""] + as_table(source_names, source_answer))
        equal = lake_answer == source_answer
        print(f"  -> {'equal' if equal else 'DIFFERENT'}")
        different += not equal
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
