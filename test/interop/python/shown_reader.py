"""Renders the lines of a train.jsonl with the reader of the documentation, and loads files with the cookbook's own."""

import json
import logging
from importlib.metadata import version
from pathlib import Path

from interop import answer, outcome, read_input

import tinker_cookbook.supervised.types as supervised
from tinker_cookbook.renderers import get_renderer
from tinker_cookbook.supervised.data import FromConversationFileBuilder
from transformers import PreTrainedTokenizerFast

logging.disable(logging.CRITICAL)
given = read_input()
tokenizer = PreTrainedTokenizerFast(tokenizer_file=given["tokenizer"], eos_token="<|im_end|>")
# It would ask the Hub for the tokenizer.
supervised.get_tokenizer = lambda name: tokenizer
reader = {}
exec(compile(given["reader"], "docs/migrating.md", "exec"), reader)


def rendered(name):
    renderer = get_renderer(name, tokenizer)
    for line in Path(given["file"]).read_text().splitlines():
        messages = reader["to_cookbook"](json.loads(line), renderer)
        model_input, weights = renderer.build_supervised_example(messages, "customized")
        yield {"tokens": model_input.to_ints(), "mask": "".join("1" if weight > 0 else "0" for weight in weights.tolist())}


def loaded(path):
    config = supervised.ChatDatasetBuilderCommonConfig(
        model_name_for_tokenizer="Qwen/Qwen3-8B", renderer_name="qwen3", max_length=None, batch_size=1
    )
    dataset, _ = FromConversationFileBuilder(file_path=path, shuffle_seed=None, common_config=config)()
    datums = [datum for at in range(len(dataset)) for datum in dataset.get_batch(at)]
    return [
        {
            "tokens": datum.model_input.to_ints() + [datum.loss_fn_inputs["target_tokens"].tolist()[-1]],
            "mask": "0" + "".join("1" if w > 0 else "0" for w in datum.loss_fn_inputs["weights"].tolist()),
        }
        for datum in datums
    ]


answer(
    {
        "version": version("tinker-cookbook"),
        "rendered": {name: list(rendered(name)) for name in given["renderers"]},
        "loaded": {name: outcome(lambda path=path: loaded(path)) for name, path in given["load"].items()},
    }
)
