"""The Tinker cookbook's supervised trainer, unchanged, for `main.ts`: argument 1 is its configuration as JSON."""
import asyncio
import json
import sys
from importlib.metadata import version

from tinker_cookbook.supervised import train
from tinker_cookbook.supervised.data import FromConversationFileBuilder
from tinker_cookbook.supervised.types import ChatDatasetBuilderCommonConfig

given = json.loads(sys.argv[1])
config = train.Config(
    log_path=given["logPath"],
    model_name=given["model"],
    recipe_name="bench",
    renderer_name=given["renderer"],
    dataset_builder=FromConversationFileBuilder(
        file_path=given["file"],
        common_config=ChatDatasetBuilderCommonConfig(
            model_name_for_tokenizer=given["model"],
            renderer_name=given["renderer"],
            max_length=given["maxTokens"],
            batch_size=given["batchSize"],
        ),
    ),
    learning_rate=1e-4,
    lora_rank=8,
    save_every=given["saveEvery"],
    eval_every=0,
    max_steps=given["steps"],
)
asyncio.run(train.main(config))
print(f"versions: tinker-cookbook {version('tinker-cookbook')}, tinker {version('tinker')}")
