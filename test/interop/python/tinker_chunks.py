"""Sends more examples at once than a request may hold: the SDK cuts them (and sends the first piece last)."""

from interop import answer, read_input
from tinker_sdk import datums, logprobs_of, loss_of, ready, tinker, types

given = read_input()
rows = datums(given["rows"])
service = tinker.ServiceClient()
[model] = service.get_server_capabilities().supported_models
client = ready(service.create_lora_training_client(model.model_name, rank=4, seed=0))
forward_backward = client.forward_backward(rows, "cross_entropy")
optim_step = client.optim_step(types.AdamParams(learning_rate=1e-2))
together = forward_backward.result()
optim_step.result()

again = ready(service.create_lora_training_client(model.model_name, rank=4, seed=0))
alone = [again.forward([rows[index]], "cross_entropy") for index in given["check"]]
answer(
    {
        "outputs": len(together.loss_fn_outputs),
        "loss": loss_of(together),
        "together": [logprobs_of(together)[index] for index in given["check"]],
        "alone": [logprobs_of(each.result())[0] for each in alone],
        "runId": client.get_info().model_id,
    }
)
