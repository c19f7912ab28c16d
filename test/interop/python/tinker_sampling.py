"""Samples from saved weights, from a snapshot of a live model and from the base model."""

from interop import answer, read_input
from tinker_sdk import ready, tinker, types

given = read_input()
prompt = types.ModelInput.from_ints(given["prompt"])
service = tinker.ServiceClient()
[model] = service.get_server_capabilities().supported_models
tuned = ready(service.create_sampling_client(model_path=given["sampler"]))
base = ready(service.create_sampling_client(base_model=model.model_name))
live = ready(service.create_training_client_from_state(given["state"]))
snapshot = ready(live.save_weights_and_get_sampling_client())


def sample(client, count=1, **params):
    params = types.SamplingParams(max_tokens=given["maxTokens"], **params)
    response = client.sample(
        prompt=prompt, num_samples=count, sampling_params=params, include_prompt_logprobs=True
    ).result()
    return {
        "promptLogprobs": response.prompt_logprobs,
        "sequences": [
            {"tokens": list(each.tokens), "logprobs": list(each.logprobs), "stop": each.stop_reason}
            for each in response.sequences
        ],
    }


greedy = sample(tuned, temperature=0.0)
whole = types.ModelInput.from_ints(given["prompt"] + greedy["sequences"][0]["tokens"])
stop = greedy["sequences"][0]["tokens"][2]
answer(
    {
        "baseModel": tuned.get_base_model(),
        "greedy": greedy,
        "greedyAgain": sample(tuned, temperature=0.0),
        "seeded": sample(tuned, count=3, temperature=1.0, seed=5),
        "seededAgain": sample(tuned, count=3, temperature=1.0, seed=5),
        "stopped": sample(tuned, temperature=0.0, stop=[stop]),
        "wholeLogprobs": tuned.compute_logprobs(whole).result(),
        "tuned": tuned.compute_logprobs(prompt).result(),
        "snapshot": snapshot.compute_logprobs(prompt).result(),
        "base": base.compute_logprobs(prompt).result(),
    }
)
