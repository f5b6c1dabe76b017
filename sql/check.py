"""Runs the queries of this folder over exported tables on other engines and compares the answers with taureport's own.

Usage: python3 sql/check.py TAUREPORT FOLDER [duckdb] [spark]
"""

import json
import math
import pathlib
import subprocess
import sys


def duckdb_engine(folder):
    import duckdb

    connection = duckdb.connect()
    for table in folder.glob("*.parquet"):
        connection.execute(f"CREATE VIEW {table.stem} AS FROM '{table}'")

    def answer(sql):
        found = connection.execute(sql)
        return [column[0] for column in found.description], found.fetchall()

    return answer


def spark_engine(folder):
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "1")
    session = session.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    for table in folder.glob("*.parquet"):
        session.read.parquet(str(table)).createOrReplaceTempView(table.stem)

    def answer(sql):
        found = session.sql(sql)
        return found.columns, [tuple(row) for row in found.collect()]

    return answer


def same(a, b):
    if a is None or b is None or isinstance(a, str) or isinstance(b, str):
        return a == b
    return math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-12)


def main():
    program, folder, *engines = sys.argv[1:]
    makers = {"duckdb": duckdb_engine, "spark": spark_engine}
    for engine in engines:
        answer = makers[engine](pathlib.Path(folder))
        for path in sorted(pathlib.Path(__file__).parent.glob("*.sql")):
            sql = path.read_text(encoding="utf-8")
            wanted = json.loads(
                subprocess.run([program, "query", sql, folder, "--format", "json", "-qq"], check=True, capture_output=True).stdout
            )
            columns, rows = answer(sql)
            found = [dict(zip(columns, row)) for row in rows]
            equal = len(found) == len(wanted) and all(
                row.keys() == other.keys() and all(same(row[key], other[key]) for key in row) for row, other in zip(found, wanted)
            )
            if not equal:
                sys.exit(f"{path.name}: {engine} answers\n{found}\nand taureport\n{wanted}")
            print(f"{path.name}: {engine} agrees on {len(found)} rows")


main()
