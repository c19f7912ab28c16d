"""Random lines of train.jsonl, and what the cookbook's renderers make of them. Run from the repository's root."""

import sys
from pathlib import Path

from interop import answer, read_input

sys.path.append(str(Path(__file__).parents[2] / "golden" / "renderers"))

from cookbook import RENDERERS  # noqa: E402
from line_cases import Random, line_of  # noqa: E402
from lines import rendered_line  # noqa: E402
from tinker_cookbook import __version__  # noqa: E402

given = read_input()
made = Random(given["seed"])
lines = [line_of(made.line()) for _ in range(given["lines"])]
answer(
    {
        "version": __version__,
        "cases": [
            {"line": line, "rendered": {name: rendered_line(name, line) for name in RENDERERS}} for line in lines
        ],
    }
)
