"""Examples of a turn each: `build_supervised_examples` of the renderers that write earlier turns otherwise than the last.

    /tmp/cookbook/bin/python test/golden/renderers/turns.py

Needs what make_golden.py needs. Writes turns.json.gz beside this file: of lines of line_cases.py with several answers,

    examples  by the index of the answer that ends it: tokens and runs of weights; null: refused
    modes     the answers that are trained
"""

import gzip
import json
import warnings
from pathlib import Path

from cookbook import RENDERERS, has_text_literally, renderer_of
from families import runs
from line_cases import cases as line_cases
from lines import WHOLE, Context, leaves_out, prepared, refused, supervised, to_cookbook
from tinker_cookbook.exceptions import RendererError
from tinker_cookbook.renderers import TrainOnWhat
from tinker_cookbook.renderers.base import Renderer

MODES = ["last_assistant_message", "last_assistant_turn", "all_assistant_messages"]
# The named lines and some random ones.
LINES = 80


def example(name, renderer, mark, line, last):
    """The beginning of a line up to an answer, which is the one that is trained; None: refused."""
    beginning = {**line, "messages": line["messages"][: last + 1]}
    if refused(name, renderer, beginning):
        return None
    own = to_cookbook(beginning, renderer, mark)
    # An answer whose reasoning is not written is context.
    if "reasoning_content" in beginning["messages"][-1] and leaves_out(renderer, beginning, last):
        own[-1]["context"] = True
    try:
        with Context(renderer):
            tokens, weights = supervised(renderer, own, MODES[0])
    except RendererError:
        return None
    return {"tokens": tokens, "runs": runs(weights)}


def examples(name, renderer, mark, line, answers):
    try:
        supervised(renderer, to_cookbook(line, renderer, mark), WHOLE)
    except RendererError:
        # The renderer has no form for one of the messages, which need not be in every example.
        return dict.fromkeys(answers)
    return {at: example(name, renderer, mark, line, at) for at in answers}


def trained(renderer, own, mode):
    """Indices of the messages that end the examples of a mode, as `build_supervised_examples` chooses them.

    That of the base class: Kimi's own makes an example of all turns behind a user message.
    """
    lengths = []
    renderer.build_supervised_example = lambda messages, **_: lengths.append(len(messages))
    Renderer.build_supervised_examples(renderer, own, TrainOnWhat(mode))
    del renderer.build_supervised_example
    return [length - 1 for length in lengths]


def turns(name, tokenizer_name, text):
    renderer = renderer_of(name, tokenizer_name, literal=not has_text_literally(name, tokenizer_name))
    mark = getattr(renderer.tokenizer, "mark", None)
    line = prepared(json.loads(text))
    try:
        own = to_cookbook(line, renderer, mark)
        of_prefix = len(own) - len(line["messages"])
        # Kimi's turn begins behind the last answer without calls, so that a whole conversation has none at its end.
        chosen = [mode for mode in MODES if not (name.startswith("kimi") and mode == "last_assistant_turn")]
        modes = {mode: [at - of_prefix for at in trained(renderer, own, mode)] for mode in chosen}
        # Headrace's own rule: an answer of weight 0 is context.
        for mode, answers in modes.items():
            modes[mode] = [at for at in answers if line["messages"][at].get("weight") != 0]
        answers = sorted({at for answers in modes.values() for at in answers})
        return {"examples": examples(name, renderer, mark, line, answers), "modes": modes}
    except (KeyError, TypeError, ValueError):
        # The cookbook has no rule for it: a tool without a description, half a surrogate pair in arguments.
        return None


def main():
    warnings.simplefilter("ignore")
    renderers = [each for each in RENDERERS if not renderer_of(*each).has_extension_property and each[0] != "tml_v0"]
    cases = [
        {"line": line, "turns": {name: made for name, of in renderers if (made := turns(name, of, line)) is not None}}
        for _, line in line_cases()[:LINES]
        if sum(message["role"] == "assistant" for message in json.loads(line)["messages"]) > 1
    ]
    content = {"made_by": "tinker-cookbook 0.6.1, turns.py", "cases": cases}
    packed = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    Path(__file__).with_name("turns.json.gz").write_bytes(gzip.compress(packed, 9, mtime=0))


if __name__ == "__main__":
    main()
