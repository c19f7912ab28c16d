"""Validates manifests against the schemas of Kubernetes, and ScaledObjects against that of KEDA."""

import kubernetes_validate
import yaml
from interop import answer, read_input
from jsonschema import Draft202012Validator


def strict(schema):
    """The schema without fields that it does not name, as the server has it for `kubectl apply --validate`."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: strict(part) for key, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        kept.setdefault("additionalProperties", False)
    return kept


given = read_input()
crd = yaml.safe_load(given["scaledObjectDefinition"])
(version,) = crd["spec"]["versions"]
scaled_object = strict(version["schema"]["openAPIV3Schema"])
# The schema of a custom resource leaves metadata to Kubernetes.
scaled_object["properties"]["metadata"] = {"type": "object", "required": ["name"]}
scaled_object_version = f"{crd['spec']['group']}/{version['name']}"


def problems_of(document):
    if document["kind"] == "ScaledObject":
        if document["apiVersion"] != scaled_object_version:
            return [f"apiVersion is not {scaled_object_version}"]
        return [error.message for error in Draft202012Validator(scaled_object).iter_errors(document)]
    try:
        kubernetes_validate.validate(document, given["kubernetes"], strict=True)
    except kubernetes_validate.ValidationError as error:
        return [error.message]
    return []


answer(
    [
        {"kind": document["kind"], "name": document["metadata"]["name"], "problems": problems_of(document)}
        for text in given["manifests"]
        for document in yaml.safe_load_all(text)
    ]
)
