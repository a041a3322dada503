"""The OpenAPI document: FastAPI's, with the requests, the errors and the two ways to show the key put in."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from llm_server.http.middleware import is_open
from llm_server.operations import Operation, Table

_REFERENCE = "#/components/schemas/{model}"
_SCHEMES = {
    "ApiKeyHeader": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "Bearer": {"type": "http", "scheme": "bearer"},
}
_REASONS = {
    400: "The input makes no sense",
    401: "The API key is missing or wrong",
    404: "There is nothing like that",
    413: "The body is larger than 1 MiB",
    422: "The request cannot be read",
    429: "The model's quota is used up",
    500: "Unforeseen",
    502: "The model's answer is unusable",
    503: "The model or a store is away",
    504: "The model took too long",
}


class Error(BaseModel):
    """What every failure looks like."""

    error_code: str
    error_type: str
    message: str
    request_id: str | None
    details: dict[str, Any] | None


def describe(operation: Operation[Any, Any], path: str) -> dict[str, Any]:
    """What FastAPI should write about a route."""
    deprecated = path != operation.path
    extra: dict[str, Any] = {}
    if operation.method == "POST":
        schema = {"$ref": _REFERENCE.format(model=operation.request.__name__)}
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    elif operation.request.model_fields:
        extra["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in operation.request.model_fields
        ]
    return {
        "operation_id": f"{operation.name}Deprecated" if deprecated else operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "deprecated": deprecated or None,
        "response_model": operation.response,
        "responses": {status: {"model": Error, "description": text} for status, text in _REASONS.items()},
        "openapi_extra": extra,
    }


def install(app: FastAPI, operations: Table) -> None:
    """Have the application serve the completed document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(app, operations)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _completed(app: FastAPI, operations: Table) -> dict[str, Any]:
    found = get_openapi(title=app.title, version=app.version, routes=app.routes)
    bodies = [(operation.request, "validation") for operation in operations if operation.method == "POST"]
    _, schemas = models_json_schema(bodies, ref_template=_REFERENCE)  # type: ignore[arg-type]
    components = found.setdefault("components", {})
    components.setdefault("schemas", {}).update(schemas["$defs"])
    components["securitySchemes"] = _SCHEMES
    for path, methods in found["paths"].items():
        if not is_open(path):
            for operation in methods.values():
                operation["security"] = [{name: []} for name in _SCHEMES]
    return found
