"""The parquet files of a folder as pyarrow writes them by default, but for the codec: <from> <to> <codec>."""

import pathlib
import sys

import pyarrow.parquet as pq


def main(source, target, codec):
    for path in sorted(pathlib.Path(source).glob("*.parquet")):
        pq.write_table(pq.read_table(path), pathlib.Path(target) / path.name, compression=codec)


main(*sys.argv[1:])
