"""What the tests in Python share: a PostgreSQL of their own, the program, the lake's layout, and the oracle."""
