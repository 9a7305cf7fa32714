#!/usr/bin/env python3
"""Has Spark read files that our Parquet writer makes, and compares every value. Slow; scripts/test-spark runs it.

  spark_reader.py [--seed SEED] [--files COUNT]

reads the files of file_cases.cpp and COUNT files of random schemas (100 otherwise), each twice: with Spark's own
reader of columns, and with that of parquet-java, which goes row by row. Ends with 1 when a value differs.
"""
import argparse
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from pyspark.sql import SparkSession  # noqa: E402

from parquet.generated_files import File, generate  # noqa: E402
from parquet.plain_values import assert_same, from_arrow  # noqa: E402

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.timeType.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    # One partition a file, so that rows come in the file's order.
    "spark.sql.files.maxPartitionBytes": str(1 << 30),
    "spark.driver.memory": "2g",
    "spark.driver.maxResultSize": "0",
    "spark.log.level": "FATAL",
}


def session():
    builder = SparkSession.builder.master("local[1]")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


# Spark 4.3's reader of columns makes room for a list's dictionary indices as if no value of the batch had come from a
# page that is PLAIN (VectorizedRleValuesReader.java, readValues: valueOffset counts all values, elementsAppended only
# those of the vector at hand). Pages are PLAIN in front of a dictionary where they have nothing but NULLs.
SPARKS_OWN = ("ArrayIndexOutOfBoundsException", "OnHeapColumnVector.putInt")


def difference(spark, file):
    """None, or what is wrong, or SPARKS_OWN."""
    try:
        table = spark.read.parquet(str(file.path)).toArrow()
        assert table.num_rows == file.rows
        for i, column in enumerate(file.columns):
            assert table.column_names[i] == column["name"]
            assert_same(file.values(i), from_arrow(table.column(i)), column["name"])
    except Exception as error:  # pylint: disable=broad-exception-caught
        if all(words in str(error) for words in SPARKS_OWN):
            return SPARKS_OWN
        return f"{type(error).__name__}: {str(error)[:500]}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--files", type=int, default=100)
    arguments = parser.parse_args()
    spark = session()
    print(f"Spark {spark.version}")
    bad = sparks_own = total = 0
    with tempfile.TemporaryDirectory() as folder:
        generate(folder)
        if arguments.files != 0:
            generate(folder, arguments.seed, arguments.files)
        for path in sorted(pathlib.Path(folder).glob("*.parquet")):
            file = File(path)
            for by_columns in ("true", "false"):
                spark.conf.set("spark.sql.parquet.enableVectorizedReader", by_columns)
                total += 1
                wrong = difference(spark, file)
                if wrong is SPARKS_OWN and by_columns == "true":
                    sparks_own += 1
                    print(f"{path.stem}: Spark fails by itself, see SPARKS_OWN", flush=True)
                elif wrong is not None:
                    bad += 1
                    print(f"{path.stem}, by {'columns' if by_columns == 'true' else 'rows'}: {wrong}", flush=True)
    spark.stop()
    print(f"{total - bad - sparks_own} of {total} reads gave every value back, {sparks_own} failed in Spark itself")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
