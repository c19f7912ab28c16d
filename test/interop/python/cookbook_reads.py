"""The cookbook's own readers on a run's folder, and the SDK on the checkpoint that they would resume from."""

from interop import answer, read_input
from tinker_cookbook import __version__
from tinker_cookbook.checkpoint_utils import get_last_checkpoint, load_checkpoints_file
from tinker_cookbook.stores import LocalStorage, TrainingRunStore
from tinker_sdk import datums, ready, tinker, train

given = read_input()
out = given["out"]
records = load_checkpoints_file(out)
last = get_last_checkpoint(out)
store = TrainingRunStore(LocalStorage(out, mkdir=False))
resumable = [record for record in records if not record.final][-1]
service = tinker.ServiceClient()
client = ready(service.create_training_client_from_state_with_optimizer(resumable.state_path))
answer(
    {
        "version": __version__,
        "records": [record.to_dict() for record in records],
        "extra": sorted({key for record in records for key in record.extra}),
        "places": [[record.name, record.epoch, record.batch, record.final] for record in records],
        "last": last.name,
        "lastSampler": get_last_checkpoint(out, "sampler_path").sampler_path,
        "metrics": store.read_metrics(),
        "keys": sorted(store.metric_keys()),
        "resumed": train(client, [datums(given["batch"])], given["learningRate"]),
    }
)
