"""Everything that the project's own client sends, sent by the official SDK, for a comparison of the requests."""

from importlib.metadata import version

from interop import answer, read_input
from tinker_sdk import datums, ready, rest, tinker, types

given = read_input()
service = tinker.ServiceClient(user_metadata={"who": "wire"})
batch = datums(given["rows"])
client = ready(
    service.create_lora_training_client(given["model"], rank=8, seed=7, user_metadata={"run": "wire"})
)
forward_backward = client.forward_backward(batch, "cross_entropy")
optim_step = client.optim_step(types.AdamParams(learning_rate=1e-4, beta1=0.9, beta2=0.95, eps=1e-8, grad_clip_norm=1.0))
forward_backward.result()
optim_step.result()
client.forward(batch[:1], "cross_entropy").result()
state = client.save_state("state-1", ttl_seconds=7200).result().path
sampler = client.save_weights_for_sampler("sampler-1", ttl_seconds=7200).result().path
external = client.save_weights_external("external-1", ttl_seconds=7200).result().path

sampling = ready(service.create_sampling_client(model_path=sampler))
prompt = types.ModelInput.from_ints([1, 2, 3])
params = types.SamplingParams(max_tokens=4, temperature=0.7, seed=1, stop=[2])
sampling.sample(prompt=prompt, num_samples=2, sampling_params=params).result()
sampling.compute_logprobs(prompt).result()

ready(service.create_training_client_from_state_with_optimizer(state, user_metadata={"resumed": "1"}))
ready(service.create_training_client_from_state(state))
api = rest(service)
api.get_weights_info_by_tinker_path(state).result()
api.list_checkpoints(client.get_info().model_id).result()
api.get_external_weights_urls(external).result()
api.set_checkpoint_ttl_from_tinker_path(state, 3600).result()
api.set_checkpoint_ttl_from_tinker_path(sampler, None).result()
api.delete_checkpoint_from_tinker_path(sampler).result()
service.close("success").result()
answer({"version": version("tinker")})
