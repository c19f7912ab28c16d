"""The same rows in every kind of file that a source may have, each to be read as rows.jsonl is.

    python3 -m venv venv && venv/bin/pip install pyarrow==26.0.1 zstandard==0.25.0
    venv/bin/python test/golden/formats/make_golden.py

Writes rows.jsonl and files/ beside this file; then make_golden_old.py adds to them. A file that is added to files/ is
tested with the others. Parquet by pyarrow (one file a codec, page version, encoding and naming of lists), packed text by
Python's gzip and by libzstd.
"""
import datetime
import decimal
import gzip
import json
import pathlib
import shutil
import struct

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

HERE = pathlib.Path(__file__).parent
FILES = HERE / "files"


def chat(*turns, lang="en"):
    """One row. `turns` alternate between user and assistant; a turn that is no text stands as it is."""
    roles = ["user", "assistant"]
    messages = [{"role": roles[i % 2], "content": turn} if isinstance(turn, str) else turn for i, turn in enumerate(turns)]
    return {"messages": messages, "lang": lang,
            "tags": [["a", None], [], None]}


ROWS = [
    chat("How does bread rise?", "Yeast makes gas; dough holds it."),
    chat("Grüße aus Köln – 日本語 und 👩‍🚀?", "Gern: \u00e9 and e\u0301, \U0001d54f, \u2028 too."),
    chat('A "quoted" \\ path\nwith lines\tand tabs', "Control \u0001 \u001f and \u007f stay.\r\n"),
    {**chat(), "messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hi"},
                            {"role": "assistant", "content": "Hello."}, {"role": "user", "content": "Bye"},
                            {"role": "assistant", "content": "Bye."}]},
    chat("A long answer, please", "word " * 30 + "end"),
    chat("In German?", "Nein.", lang="de"),
    chat("In no language?", "None.", lang=None),
    {**chat(), "messages": None},
    {**chat(), "messages": []},
    chat("The answer is no object", None),
    chat("The answer is null", {"role": "assistant", "content": None}),
    chat("The role is null", {"role": None, "content": "x"}),
    chat("Empty?", ""),
    {**chat("No tags", "Fine."), "tags": None},
    chat("How does bread rise?", "Yeast makes gas; dough holds it."),
    *[chat(f"Question {n}", f"Answer {n}: {'again ' * (n % 7)}yes") for n in range(6)],
]

MESSAGE = pa.struct([("role", pa.string()), ("content", pa.string())])
TAGS = pa.list_(pa.list_(pa.string()))


def table(messages=None, lang=None, extra=False):
    columns = {
        "messages": pa.array([row["messages"] for row in ROWS], messages or pa.list_(MESSAGE)),
        "lang": pa.array([row["lang"] for row in ROWS], pa.string()).cast(lang or pa.string()),
        "tags": pa.array([row["tags"] for row in ROWS], TAGS),
    }
    if extra:
        when = datetime.datetime(2024, 2, 29, 12, 30, 0, 123456)
        columns |= {
            "at": pa.array([when] * len(ROWS), pa.timestamp("us", tz="UTC")),
            "day": pa.array([when.date()] * len(ROWS), pa.date32()),
            "price": pa.array([decimal.Decimal("12.34")] * len(ROWS), pa.decimal128(9, 2)),
            "raw": pa.array([b"\xff\x00"] * len(ROWS), pa.binary()),
            "pairs": pa.array([[("k", 1)]] * len(ROWS), pa.map_(pa.string(), pa.int32())),
            "half": pa.array([1.5] * len(ROWS), pa.float16()),
            "nothing": pa.nulls(len(ROWS)),
        }
    return pa.table(columns)


def parquet(name, rows=None, **options):
    """Small, as they stand in the repository: without statistics and the Arrow schema, which no row is read from."""
    settings = dict(compression="snappy", row_group_size=100, write_statistics=False, store_schema=False) | options
    pq.write_table(table() if rows is None else rows, FILES / f"{name}.parquet", **settings)


def zstd(data, level=19, **options):
    return zstandard.ZstdCompressor(level=level, write_checksum=True, **options).compress(data)


def gz(data):
    return gzip.compress(data, mtime=0)


def main():
    shutil.rmtree(FILES, ignore_errors=True)
    FILES.mkdir()
    lines = [json.dumps(row, ensure_ascii=False) for row in ROWS]
    text = ("\n".join(lines) + "\n").encode()
    (HERE / "rows.jsonl").write_bytes(text)

    for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]:
        parquet(f"codec-{codec}", compression=codec)
        if codec != "none":
            parquet(f"pages-v2-{codec}", compression=codec, data_page_version="2.0", data_page_size=256, write_batch_size=9)
    parquet("row-groups", row_group_size=7, write_statistics=True, write_page_index=True, write_page_checksum=True)
    parquet("arrow", table(lang=pa.dictionary(pa.int8(), pa.string()), extra=True), store_schema=True)
    parquet("delta", use_dictionary=False, column_encoding={"messages.list.element.content": "DELTA_BYTE_ARRAY",
            "messages.list.element.role": "DELTA_LENGTH_BYTE_ARRAY", "lang": "DELTA_BYTE_ARRAY"})
    parquet("lists-called-item", use_compliant_nested_type=False, version="1.0")
    parquet("large-types", table(pa.large_list(pa.struct([("role", pa.large_string()), ("content", pa.large_string())])),
            pa.large_string()), store_schema=True)
    with pq.ParquetWriter(FILES / "empty-row-groups.parquet", table().schema, write_statistics=False,
                          store_schema=False) as writer:
        for part in [table().slice(0, 0), table().slice(0, 5), table().slice(0, 0), table().slice(5)]:
            writer.write_table(part)
    plain = (FILES / "codec-snappy.parquet").read_bytes()
    (FILES / "packed.parquet.gz").write_bytes(gz(plain))
    (FILES / "packed.parquet.zst").write_bytes(zstd(plain))

    half = text.index(b"\n", len(text) // 2) - 30
    skippable = struct.pack("<II", 0x184D2A50, 5) + b"index"
    for name, data in {
        "lines.jsonl.gz": gz(text),
        "lines.ndjson.zst": zstd(text),
        "lines-of-two.jsonl.gz": gz(text[:half]) + gz(text[half:]),
        "lines-of-two.jsonl.zst": zstd(text[:half], 3) + zstd(text[half:], 1),
        "skippable-frames.jsonl.zst": skippable + zstd(text[:half]) + skippable + zstd(text[half:]) + skippable,
        "empty-frame.jsonl.zst": zstd(b"") + zstd(text) + zstd(b""),
        "empty-member.jsonl.gz": gz(b"") + gz(text) + gz(b""),
        "long-window.jsonl.zst": zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters
                                                          .from_level(19, window_log=25, enable_ldm=True)).compress(text),
        "marked-crlf.jsonl.gz": gz(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n")[:-2]),
        "marked-crlf.jsonl.zst": zstd(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n")[:-2]),
        "list.json.gz": gz(b"[" + b",".join(text.splitlines()) + b"]"),
        "list.json.zst": zstd(b"\xef\xbb\xbf\r\n [" + b" ,\r\n".join(text.splitlines()) + b"\r\n]\r\n"),
        "list-indented.json": json.dumps(ROWS, indent=0).replace("\n", "\r\n").encode(),
        "lines-crlf.jsonl": b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"),
    }.items():
        (FILES / name).write_bytes(data)


main()
