"""Compares results in a bucket, read with boto3, DuckDB and `datasets`, with a train.jsonl on this disk."""

import hashlib
import json
import os
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3
import datasets
import duckdb
from interop import answer, read_input, without_none

given = read_input()
bucket = given["bucket"]
lines = Path(given["file"]).read_text().splitlines()
rows = [json.loads(line) for line in lines]
s3 = boto3.client("s3")


def digests(prefix):
    """SHA-256 of each object below a prefix, by the rest of its key."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    body = lambda key: s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return {key.removeprefix(prefix): hashlib.sha256(body(key)).hexdigest() for key in keys}


def against(read, expected):
    """How many were read, and the place of the first that is not the expected one."""
    wrong = (at for at, (one, other) in enumerate(zip(read, expected)) if one != other)
    return {"count": len(read), "wrong": next(wrong, None)}


def connect():
    """DuckDB with the key of the environment. Its extension is PyPI's: `INSTALL httpfs` would fetch one."""
    [extension] = files("duckdb_extension_httpfs").joinpath("extensions", f"v{duckdb.__version__}").iterdir()
    connection = duckdb.connect()
    connection.load_extension(str(extension))
    scheme, host = os.environ["AWS_ENDPOINT_URL_S3"].split("://")
    options = {
        "key_id": os.environ["AWS_ACCESS_KEY_ID"],
        "secret": os.environ["AWS_SECRET_ACCESS_KEY"],
        "region": os.environ["AWS_REGION"],
        "endpoint": host,
        "url_style": "path",
        "use_ssl": str(scheme == "https").lower(),
    }
    members = ", ".join(f"{name} '{value}'" for name, value in options.items())
    connection.execute(f"CREATE SECRET (TYPE s3, {members})")
    return connection


def with_duckdb(place):
    connection = connect()
    texts = connection.execute("SELECT json FROM read_ndjson_objects(?)", [place]).fetchall()
    table = connection.execute("SELECT * FROM read_ndjson(?)", [place])
    names = [column[0] for column in table.description]
    typed = [without_none(dict(zip(names, row))) for row in table.fetchall()]
    return {"lines": against([text for (text,) in texts], lines), "duckdb": against(typed, rows)}


def with_datasets(place):
    with TemporaryDirectory() as cache:
        loaded = datasets.load_dataset("json", data_files=place, split="train", cache_dir=cache)
        return {"datasets": against([without_none(row) for row in loaded], rows)}


packages = ("boto3", "duckdb", "datasets", "s3fs", "moto", "awscli")
answer(
    {
        "versions": {name: version(name) for name in packages},
        "digests": {prefix: digests(prefix) for prefix in given["prefixes"]},
        "read": {place: with_duckdb(place) | with_datasets(place) for place in given["places"]},
    }
)
