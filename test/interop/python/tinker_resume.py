"""Goes on from a saved state, in a session of its own."""

from interop import answer, read_input
from tinker_sdk import datums, ready, tinker, train

given = read_input()
service = tinker.ServiceClient()
client = ready(service.create_training_client_from_state_with_optimizer(given["state"]))
losses = train(client, [datums(rows) for rows in given["batches"]], given["learningRate"])
run = client.get_info().model_id
if hasattr(service, "close"):
    service.close("success").result()
answer({"losses": losses, "runId": run, "finished": hasattr(service, "close")})
