"""Requests from the Hub what HfApi has about datasets."""

from importlib.metadata import version

from huggingface_hub import HfApi

from interop import answer, read_input

given = read_input()
api = HfApi()
dataset = given["dataset"]


def files(repo_id, revision=None):
    tree = api.list_repo_tree(repo_id, repo_type="dataset", revision=revision, recursive=True)
    return [
        {
            "path": entry.path,
            "size": entry.size,
            "blob": entry.blob_id,
            "sha256": entry.lfs and entry.lfs.sha256,
        }
        for entry in tree
        if hasattr(entry, "blob_id")
    ]


info = api.dataset_info(dataset)
otherwise_spelled = api.dataset_info(dataset.lower())
gated = api.dataset_info(given["gated"])
refs = api.list_repo_refs(given["branched"], repo_type="dataset")
answer(
    {
        "version": version("huggingface_hub"),
        "user": api.whoami(token=given["token"])["name"],
        "id": info.id,
        "author": info.author,
        "sha": info.sha,
        "gated": [info.gated, gated.gated],
        "cardConfigs": [config["config_name"] for config in info.card_data["configs"]],
        "siblings": [sibling.rfilename for sibling in info.siblings],
        "idOtherwiseSpelled": otherwise_spelled.id,
        "idRenamed": api.dataset_info(given["renamedFrom"]).id,
        "files": files(dataset),
        "folder": [
            entry.path for entry in api.list_repo_tree(dataset, "data", repo_type="dataset", expand=True)
        ],
        "pathsInfo": [
            entry.path
            for entry in api.get_paths_info(dataset, ["README.md", "data", "none"], repo_type="dataset")
        ],
        "branches": [ref.ref for ref in refs.branches],
        "converts": [ref.ref for ref in refs.converts],
        "tags": [ref.ref for ref in refs.tags],
        "filesOfBranch": files(given["branched"], "refs/convert/parquet"),
        "filesOfTag": files(given["branched"], "v1"),
        "found": [each.id for each in api.list_datasets(search=given["search"])],
        "exists": [
            api.repo_exists(dataset, repo_type="dataset"),
            api.repo_exists("allenai/none", repo_type="dataset", token=given["token"]),
            api.revision_exists(dataset, "none", repo_type="dataset"),
            api.file_exists(dataset, "README.md", repo_type="dataset"),
            api.file_exists(dataset, "none", repo_type="dataset"),
        ],
    }
)
