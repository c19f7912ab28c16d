"""Runs the Tinker cookbook's supervised trainer on a file of conversations, and prints what it trained on."""

import asyncio
import json
import sys
from contextlib import redirect_stdout
from importlib.metadata import version
from pathlib import Path

from interop import answer, read_input

from tinker_cookbook.supervised import train
from tinker_cookbook.supervised.data import FromConversationFileBuilder
from tinker_cookbook.supervised.types import ChatDatasetBuilderCommonConfig

given = read_input()
log_path = Path(given["logPath"])
builder = FromConversationFileBuilder(
    file_path=given["file"],
    common_config=ChatDatasetBuilderCommonConfig(
        model_name_for_tokenizer=given["model"],
        renderer_name=given["renderer"],
        max_length=given["maxTokens"],
        batch_size=given["batchSize"],
    ),
)
config = train.Config(
    log_path=str(log_path),
    model_name=given["model"],
    recipe_name="interop",
    renderer_name=given["renderer"],
    dataset_builder=builder,
    learning_rate=given["learningRate"],
    lora_rank=given["rank"],
    save_every=given["saveEvery"],
    eval_every=0,
    max_steps=given["steps"],
)
with redirect_stdout(sys.stderr):
    asyncio.run(train.main(config))


def lines(name):
    return [json.loads(line) for line in (log_path / name).read_text().splitlines()]


# The trainer shuffles by the number of the epoch: the same again gives the order in which it trained.
dataset, _ = builder()
dataset.set_epoch(seed=0)
metrics = lines("metrics.jsonl")
answer(
    {
        "version": version("tinker-cookbook"),
        "rows": len(dataset.hf_dataset),
        "conversations": [row["messages"] for row in dataset.shuffle_dataset][: given["steps"] * given["batchSize"]],
        "firstBatch": [
            {
                "tokens": datum.model_input.to_ints(),
                "targets": datum.loss_fn_inputs["target_tokens"].tolist(),
                "weights": datum.loss_fn_inputs["weights"].tolist(),
            }
            for datum in dataset.get_batch(0)
        ],
        "steps": [
            {
                "learningRate": row["learning_rate"],
                "nll": row["train_mean_nll"],
                "gradientNorm": row["grad_norm"],
            }
            for row in metrics
        ],
        "checkpoints": [
            {"name": row["name"], "state": row["state_path"], "sampler": row["sampler_path"]}
            for row in lines("checkpoints.jsonl")
        ],
    }
)
