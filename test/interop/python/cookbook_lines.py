"""Random lines of train.jsonl, and what one of the cookbook's renderers makes of them. Run from the repository's root."""

import sys
import warnings
from pathlib import Path

from interop import answer, read_input

sys.path.append(str(Path(__file__).parents[2] / "golden" / "renderers"))
warnings.simplefilter("ignore")

from cookbook import RENDERERS  # noqa: E402
from line_cases import Random, line_of  # noqa: E402
from lines import rendered_line  # noqa: E402
from tinker_cookbook import __version__  # noqa: E402

given = read_input()
name = given["renderer"]
tokenizer_name = {name: tokenizer_name for name, tokenizer_name in reversed(RENDERERS)}[name]
made = Random(given["seed"])
lines = [line_of(made.line()) for _ in range(given["lines"])]
answer(
    {
        "version": __version__,
        "tokenizers": {name: tokenizer_name},
        "cases": [{"line": line, "rendered": {name: rendered_line(name, tokenizer_name, line)}} for line in lines],
    }
)
