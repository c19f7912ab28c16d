"""What the scripts share: JSON in, JSON out, and errors as data."""

import hashlib
import json
import os
import sys


def read_input():
    return json.load(sys.stdin)


def answer(value):
    """Prints the value and ends the script."""
    print(json.dumps(value, default=str), flush=True)
    # Not by way of the interpreter's shutdown: there the Tinker SDK's threads abort it about once in a hundred runs.
    os._exit(0)


def outcome(call):
    """What a call came to: its value, or its exception's class, those it derives from, status and words."""
    try:
        return {"value": call()}
    except Exception as error:
        response = getattr(error, "response", None)
        return {
            "error": type(error).__name__,
            "derives": [base.__name__ for base in type(error).__mro__],
            "status": getattr(error, "status_code", None) or getattr(response, "status_code", None),
            "said": str(error),
        }


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def without_none(value):
    """The value without members that are None: Arrow gives every row the members of all rows."""
    if isinstance(value, dict):
        return {key: without_none(member) for key, member in value.items() if member is not None}
    return [without_none(member) for member in value] if isinstance(value, list) else value
