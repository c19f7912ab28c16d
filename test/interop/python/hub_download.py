"""Downloads files and snapshots into the client's cache, and prints what lies there."""

from pathlib import Path

from huggingface_hub import hf_hub_download, snapshot_download

from interop import answer, read_input, sha256

given = read_input()
repositories = {}
for repository in given["repositories"]:
    folder = Path(snapshot_download(repository, repo_type="dataset", token=given["token"]))
    files = [path for path in folder.rglob("*") if path.is_file()]
    repositories[repository] = {
        "commit": folder.name,
        "files": {path.relative_to(folder).as_posix(): sha256(path) for path in sorted(files)},
        # The names of the cache's blobs are the etags that the Hub sent.
        "blobs": sorted({path.resolve().name for path in files}),
    }
singles = [
    sha256(hf_hub_download(file["repository"], file["path"], repo_type="dataset", revision=file["revision"]))
    for file in given["singles"]
]
answer({"repositories": repositories, "singles": singles})
