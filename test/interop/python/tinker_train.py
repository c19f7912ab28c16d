"""Trains, saves, continues; then loads what was saved and continues from there, with and without the optimizer's state."""

from interop import answer, read_input
from tinker_sdk import datums, logprobs_of, loss_of, ready, rest, tinker, train

given = read_input()
batches = [datums(rows) for rows in given["batches"]]
before, after = batches[: given["saveAt"]], batches[given["saveAt"] :]
rate = given["learningRate"]

service = tinker.ServiceClient(user_metadata={"who": "interop"})
[model] = service.get_server_capabilities().supported_models
client = ready(
    service.create_lora_training_client(
        model.model_name, rank=given["rank"], seed=given["seed"], user_metadata={"kind": "first"}
    )
)
info = client.get_info()
untrained = client.forward(batches[0], "cross_entropy").result()
losses = train(client, before, rate)
state = client.save_state("saved", ttl_seconds=3600).result().path
sampler = client.save_weights_for_sampler("saved").result().path
losses += train(client, after, rate)

resumed = ready(service.create_training_client_from_state_with_optimizer(state))
without_optimizer = ready(service.create_training_client_from_state(state))
weights = rest(service).get_weights_info_by_tinker_path(state).result()
answer(
    {
        "version": tinker.__version__,
        "model": model.model_name,
        "contextLength": model.max_context_length,
        "runId": info.model_id,
        "rank": [info.lora_rank, weights.lora_rank],
        "baseModel": weights.base_model,
        "untrained": {"loss": loss_of(untrained), "logprobs": logprobs_of(untrained)},
        "losses": losses,
        "state": state,
        "sampler": sampler,
        "resumed": train(resumed, after, rate),
        "withoutOptimizer": train(without_optimizer, after, rate),
        "trained": logprobs_of(client.forward(batches[0], "cross_entropy").result()),
        "trainedAfterResume": logprobs_of(resumed.forward(batches[0], "cross_entropy").result()),
    }
)
