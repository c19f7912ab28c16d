"""Requests what the Hub refuses, and prints which exceptions the client makes of it."""

import httpx2
from huggingface_hub import HfApi, hf_hub_download, snapshot_download
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.utils import hf_raise_for_status

from interop import answer, outcome, read_input

given = read_input()
api = HfApi()
gated, file, open_ = given["gated"], given["gatedFile"], given["open"]
missing, private = given["missing"], given["private"]


def download(repo_id, path, token=False, revision=None):
    return lambda: hf_hub_download(repo_id, path, repo_type="dataset", token=token, revision=revision)


def if_it_came_over_https(call):
    """The client reads "not found" from an anonymous 401 only where the URL is https, which a local Hub's is not."""
    try:
        call()
    except HfHubHTTPError as error:
        response = error.response
        url = str(response.request.url).replace("http://", "https://", 1)
        response.request = httpx2.Request(response.request.method, url)
        return outcome(lambda: hf_raise_for_status(response))
    return None


answer(
    {
        "gatedAnonymous": outcome(download(gated, file)),
        "gatedNotAccepted": outcome(download(gated, file, given["otherToken"])),
        "gatedPending": outcome(download(gated, file, given["pendingToken"])),
        "gatedSnapshot": outcome(lambda: snapshot_download(gated, repo_type="dataset", token=False)),
        "gatedListing": outcome(lambda: len(api.list_repo_files(gated, repo_type="dataset", token=False))),
        "missingWithToken": outcome(lambda: api.dataset_info(missing, token=given["token"])),
        "missingFileOfMissing": outcome(download(missing, "x.json", given["token"])),
        "missingAnonymous": outcome(lambda: api.dataset_info(missing, token=False)),
        "missingAnonymousOverHttps": if_it_came_over_https(lambda: api.dataset_info(missing, token=False)),
        "missingFileAnonymousOverHttps": if_it_came_over_https(download(missing, "x.json")),
        "privateToOthers": outcome(lambda: api.dataset_info(private, token=given["otherToken"])),
        "privateToOwner": outcome(lambda: api.dataset_info(private, token=given["token"]).private),
        "noRevision": outcome(lambda: api.dataset_info(open_, revision="none")),
        "noRevisionToDownload": outcome(download(open_, "README.md", revision="none")),
        "noEntry": outcome(download(open_, "none.json")),
        "unknownToken": outcome(lambda: api.whoami(token="hf_unknown")),
        "unknownTokenToDownload": outcome(download(open_, "README.md", "hf_unknown")),
    }
)
