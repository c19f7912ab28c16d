"""Writes what the Tinker cookbook knows of every model, for the test of the table of models.

    python3.11 -m venv /tmp/cookbook && /tmp/cookbook/bin/pip install --no-deps -r dev/python/requirements-cookbook.txt
    /tmp/cookbook/bin/python test/golden/models/make_golden.py

Of each model: its renderers in their order; its hidden size; the longest sequence under each suffix; its learning
rate, or the error's name where there is no formula.
"""

import json
from pathlib import Path

from tinker_cookbook import hyperparam_utils, model_info
from tinker_cookbook.eval.benchmarks._types import _MODEL_EVAL_DEFAULTS

OWNERS = {
    "meta-llama": model_info.get_llama_info,
    "Qwen": model_info.get_qwen_info,
    "deepseek-ai": model_info.get_deepseek_info,
    "openai": model_info.get_gpt_oss_info,
    "moonshotai": model_info.get_moonshot_info,
    "zai-org": model_info.get_zai_info,
    "nvidia": model_info.get_nvidia_info,
    "thinkingmachines": model_info.get_thinkingmachines_info,
}


def contexts(name: str) -> dict[str, int]:
    return {
        key.removeprefix(name): int(value["context_window"])
        for key, value in _MODEL_EVAL_DEFAULTS.items()
        if key.split(":", 1)[0] == name
    }


def learning_rate(name: str) -> float | str:
    try:
        return hyperparam_utils.get_lr(name)
    except Exception as error:
        return type(error).__name__


models = {
    f"{owner}/{short}": {
        "renderers": list(attributes.recommended_renderers),
        "hiddenSize": hyperparam_utils._get_hidden_size(f"{owner}/{short}"),
        "contexts": contexts(f"{owner}/{short}"),
        "learningRate": learning_rate(f"{owner}/{short}"),
    }
    for owner, table in OWNERS.items()
    for short, attributes in table().items()
}
path = Path(__file__).parent / "models.json"
path.write_text(json.dumps(models, indent=1) + "\n")
