"""What the scripts share of the Tinker SDK: one way to write what both SDK versions can do."""

import warnings

# The current SDK calls the older one's way of asking deprecated; both still have it.
warnings.filterwarnings("ignore", category=FutureWarning)

import tinker  # noqa: E402
from tinker import types  # noqa: E402


def ready(client):
    """A client, whether the SDK gives it at once or as a future."""
    return client.result() if hasattr(client, "result") else client


def rest(service):
    """The current SDK has it on its own; the older one needs a session for it."""
    return service.create_rest_client()


def datums(rows):
    return [
        types.Datum(
            model_input=types.ModelInput.from_ints(row["tokens"]),
            loss_fn_inputs={"target_tokens": row["targets"], "weights": row["weights"]},
        )
        for row in rows
    ]


def train(client, batches, learning_rate):
    """A step for each batch; all are sent before the first is awaited. Gives the summed loss of each step."""
    adam = types.AdamParams(learning_rate=learning_rate, beta1=0.9, beta2=0.95, eps=1e-8)
    sent = [(client.forward_backward(batch, "cross_entropy"), client.optim_step(adam)) for batch in batches]
    losses = []
    for forward_backward, optim_step in sent:
        losses.append(loss_of(forward_backward.result()))
        optim_step.result()
    return losses


def loss_of(output):
    return output.metrics["loss:sum"]


def logprobs_of(output):
    return [datum["logprobs"].tolist() for datum in output.loss_fn_outputs]
