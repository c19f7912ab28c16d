"""Lists checkpoints, changes how long they live, deletes them, and requests what is refused."""

from interop import answer, outcome, read_input
from tinker_sdk import ready, rest, tinker, types

given = read_input()
service = tinker.ServiceClient()
[model] = service.get_server_capabilities().supported_models
api = rest(service)


def new_client():
    return ready(service.create_lora_training_client(model.model_name, rank=2, user_metadata={"kind": "listed"}))


def bad_token():
    inputs = {"target_tokens": [1, 2], "weights": [1.0, 1.0]}
    return types.Datum(model_input=types.ModelInput.from_ints([1, 10**6]), loss_fn_inputs=inputs)


client = new_client()
run = client.get_info().model_id
states = [client.save_state(f"state-{step}", ttl_seconds=3600).result().path for step in (1, 2)]
sampler = client.save_weights_for_sampler("sampler-2").result().path


def listed():
    return [
        {
            "id": each.checkpoint_id,
            "type": each.checkpoint_type,
            "path": each.tinker_path,
            "bytes": each.size_bytes,
            "expires": each.expires_at and each.expires_at.timestamp() - each.time.timestamp(),
        }
        for each in api.list_checkpoints(run).result().checkpoints
    ]


result = {"run": run, "states": states, "sampler": sampler, "first": listed()}
api.set_checkpoint_ttl_from_tinker_path(sampler, 7200).result()
api.set_checkpoint_ttl_from_tinker_path(states[1], None).result()
result["afterTtl"] = listed()
api.delete_checkpoint_from_tinker_path(states[0]).result()
result["afterDelete"] = listed()
training_run = api.get_training_run_by_tinker_path(states[1]).result()
result["trainingRun"] = {
    "id": training_run.training_run_id,
    "baseModel": training_run.base_model,
    "metadata": getattr(training_run, "user_metadata", None),
    "lastCheckpoint": training_run.last_checkpoint.tinker_path,
}
result["ofUser"] = [each.tinker_path for each in api.list_user_checkpoints().result().checkpoints]
result["runs"] = [each.training_run_id for each in api.list_training_runs().result().training_runs]
result["refusals"] = {
    "shortTtl": outcome(lambda: api.set_checkpoint_ttl_from_tinker_path(sampler, 60).result()),
    "deletedTwice": outcome(lambda: api.delete_checkpoint_from_tinker_path(states[0]).result()),
    "loadOfDeleted": outcome(lambda: ready(service.create_training_client_from_state(states[0]))),
    "sampleOfState": outcome(lambda: ready(service.create_sampling_client(model_path=states[1]))),
    "unknownModel": outcome(lambda: ready(service.create_lora_training_client("none/none", rank=2))),
    # Each in a run of its own: a refused request leaves a hole in the run's sequence.
    "path": outcome(lambda: new_client().save_state("/tmp/lora").result()),
    "space": outcome(lambda: new_client().save_weights_for_sampler("two words").result()),
    "token": outcome(lambda: new_client().forward([bad_token()], "cross_entropy").result()),
}
answer(result)
