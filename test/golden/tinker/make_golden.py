"""Numbers that the local Tinker server's model must agree with, made by torch and transformers.

    python3 -m venv venv && venv/bin/pip install torch transformers safetensors numpy
    venv/bin/python test/golden/tinker/make_golden.py

Writes, beside this file, for a tied and an untied Qwen3 with random weights: the checkpoint (`<name>/`), LoRA parameters,
their gradients, and the parameters after three AdamW steps (`<name>/lora.safetensors`), and everything else
(`<name>/golden.json`). Made with torch 2.15.0 and transformers 5.23.0.
"""
import json
import pathlib
import torch
from safetensors.torch import save_file
from transformers import Qwen3Config, Qwen3ForCausalLM

HERE = pathlib.Path(__file__).parent
RANK, ALPHA = 4, 32
PROJECTIONS = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
               "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"]
ADAM = dict(learning_rate=0.02, beta1=0.9, beta2=0.95, eps=1e-8, weight_decay=0.1, grad_clip_norm=0.7)


def make(name: str, tied: bool) -> None:
    torch.manual_seed(11 if tied else 12)
    config = Qwen3Config(vocab_size=96, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
                         num_attention_heads=4, num_key_value_heads=2, head_dim=8, max_position_embeddings=128,
                         rope_theta=50_000.0, rms_norm_eps=1e-5, tie_word_embeddings=tied, eos_token_id=3,
                         bos_token_id=None, pad_token_id=None, attn_implementation="eager")
    model = Qwen3ForCausalLM(config).float().eval()
    with torch.no_grad():
        for key, value in model.named_parameters():
            value.copy_(torch.randn_like(value) * 0.15 + (1.0 if "norm" in key else 0.0))
    for value in model.parameters():
        value.requires_grad_(False)
    out = HERE / name
    out.mkdir(exist_ok=True)
    state = {k: v.contiguous() for k, v in model.state_dict().items() if not (tied and k == "lm_head.weight")}
    save_file(state, out / "model.safetensors")
    written = {"headrace_model_name": f"golden/{name}", "model_type": "qwen3", "vocab_size": 96, "hidden_size": 32,
               "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
               "head_dim": 8, "max_position_embeddings": 128, "rope_theta": 50000.0, "rms_norm_eps": 1e-5,
               "tie_word_embeddings": tied, "eos_token_id": 3}
    (out / "config.json").write_text(json.dumps(written, indent=2) + "\n")

    unembed = "model.embed_tokens.weight" if tied else "lm_head.weight"
    targets = [f"model.layers.{i}.{p}.weight" for i in range(2) for p in PROJECTIONS] + [unembed]
    base = model.state_dict()
    lora = {}
    for target in targets:
        stem = target.removesuffix(".weight")
        rows, columns = base[target].shape
        lora[f"{stem}.lora_A.weight"] = torch.randn(RANK, columns) * 0.1
        lora[f"{stem}.lora_B.weight"] = torch.randn(rows, RANK) * 0.02
    examples = []
    for length in (5, 23, 40):
        sequence = torch.randint(4, 96, (length + 1,))
        examples.append((sequence[:-1], sequence[1:], torch.rand(length) / length))

    def logprobs(params):
        def effective(target):
            stem = target.removesuffix(".weight")
            return base[target] + ALPHA / RANK * params[f"{stem}.lora_B.weight"] @ params[f"{stem}.lora_A.weight"]
        changed = {t.removeprefix("model."): effective(t) for t in targets if t != unembed}
        result = []
        for tokens, wanted, _ in examples:
            hidden = torch.func.functional_call(model.model, changed, (tokens[None],)).last_hidden_state[0]
            table = torch.log_softmax(hidden @ effective(unembed).T, -1)
            result.append(table.gather(1, wanted[:, None])[:, 0])
        return result

    def loss(params):
        return -sum((lp * w).sum() for lp, (_, _, w) in zip(logprobs(params), examples))

    zero_b = {k: torch.zeros_like(v) if "lora_B" in k else v for k, v in lora.items()}
    with torch.no_grad():
        base_logprobs, adapted = logprobs(zero_b), logprobs(lora)
        full = [torch.log_softmax(model(tokens[None]).logits[0], -1).gather(1, wanted[:, None])[:, 0]
                for tokens, wanted, _ in examples]
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(base_logprobs, full)), "functional call differs"

    params = {k: v.clone().requires_grad_(True) for k, v in lora.items()}
    optimizer = torch.optim.AdamW(params.values(), lr=ADAM["learning_rate"], betas=(ADAM["beta1"], ADAM["beta2"]),
                                  eps=ADAM["eps"], weight_decay=ADAM["weight_decay"])
    losses, norms, gradients = [], [], {}
    for step in range(3):
        optimizer.zero_grad()
        value = loss(params)
        value.backward()
        losses.append(value.item())
        if step == 0:
            gradients = {k: v.grad.clone() for k, v in params.items()}
        norm = torch.sqrt(sum((v.grad.double() ** 2).sum() for v in params.values())).item()
        norms.append(norm)
        if norm > ADAM["grad_clip_norm"]:
            for v in params.values():
                v.grad.mul_(ADAM["grad_clip_norm"] / norm)
        optimizer.step()

    prompt = torch.randint(4, 96, (9,))
    answer = model.generate(prompt[None], attention_mask=torch.ones(1, 9, dtype=torch.long), max_new_tokens=24,
                            do_sample=False, eos_token_id=None, pad_token_id=0)[0, 9:]
    tensors = {**{f"start.{k}": v for k, v in lora.items()}, **{f"gradient.{k}": v for k, v in gradients.items()},
               **{f"end.{k}": v.detach() for k, v in params.items()}}
    save_file({k: v.contiguous() for k, v in tensors.items()}, out / "lora.safetensors")
    golden = {"rank": RANK, "adam": ADAM,
              "examples": [{"tokens": t.tolist(), "targets": w.tolist(), "weights": x.tolist(),
                            "base": b.tolist(), "adapted": a.tolist()}
                           for (t, w, x), b, a in zip(examples, base_logprobs, adapted)],
              "losses": losses, "gradient_norms": norms,
              "prompt": prompt.tolist(), "greedy": answer.tolist()}
    (out / "golden.json").write_text(json.dumps(golden) + "\n")


make("tied", True)
make("untied", False)
