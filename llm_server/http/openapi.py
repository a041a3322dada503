"""The OpenAPI document: FastAPI's, with the requests, the errors and the two ways to show the key put in."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import models_json_schema

from llm_server.errors import Unauthorized, body
from llm_server.http.middleware import REQUEST_ID, TOKENS, is_open
from llm_server.operations import Operation, Table

_REFERENCE = "#/components/schemas/{model}"
_SCHEMES = {
    "ApiKeyHeader": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "Bearer": {"type": "http", "scheme": "bearer"},
}
_REASONS = {
    400: "The input makes no sense, or the guard refuses it",
    401: "The API key is missing or wrong",
    404: "There is nothing like that",
    413: "The body is larger than 1 MiB",
    422: "The request cannot be read",
    429: "Too many requests, or the model's quota is used up; see Retry-After",
    500: "Unforeseen",
    502: "The model's answer is unusable",
    503: "The model or a store is away, or the server is shutting down",
    504: "The model took too long",
}
_TAGS = {
    "health": "Is it alive, can it work, what does it use?",
    "llm": "Free questions to the model",
    "sessions": "Conversations that the server remembers",
    "guard": "Attacks on the judge",
    "usage": "Tokens and cost",
    "twentyq": "스무고개",
    "turtlesoup": "바다거북수프",
    "hololive": "홀로라이브",
}


class Error(BaseModel):
    """What every failure looks like."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [body(Unauthorized("the API key is missing or wrong"), "0123456789abcdef")]
        }
    )

    error_code: str
    error_type: str
    message: str
    request_id: str | None
    details: dict[str, Any] | None


def describe(operation: Operation[Any, Any], path: str) -> dict[str, Any]:
    """What FastAPI should write about a route."""
    deprecated = path != operation.path
    return {
        "operation_id": f"{operation.name}Deprecated" if deprecated else operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "deprecated": deprecated or None,
        "status_code": operation.status,
        "response_model": operation.response,
        "responses": {status: {"model": Error, "description": text} for status, text in _REASONS.items()},
        "openapi_extra": _incoming(operation),
    }


def _incoming(operation: Operation[Any, Any]) -> dict[str, Any]:
    """The body, and the parameters in path and query."""
    schema = operation.request.model_json_schema()
    fields, required = schema.get("properties", {}), schema.get("required", ())
    in_path = {name for name in fields if f"{{{name}}}" in operation.path}
    extra: dict[str, Any] = {
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": fields[name]} for name in sorted(in_path)
        ]
    }
    if operation.has_body:
        content = {
            "application/json": {"schema": {"$ref": _REFERENCE.format(model=operation.request.__name__)}}
        }
        extra["requestBody"] = {"required": bool(set(required) - in_path), "content": content}
    else:
        extra["parameters"] += [
            {"name": name, "in": "query", "required": False, "explode": False, "schema": _present(field)}
            for name, field in fields.items()
            if name not in in_path
        ]
    return extra


def install(app: FastAPI, operations: Table) -> None:
    """Have the application serve the completed document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(app, operations)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _completed(app: FastAPI, operations: Table) -> dict[str, Any]:
    tags = [{"name": name, "description": text} for name, text in _TAGS.items()]
    found = get_openapi(title=app.title, version=app.version, routes=app.routes, tags=tags)
    components = found.setdefault("components", {})
    components.setdefault("schemas", {}).update(_bodies(operations))
    components["securitySchemes"] = _SCHEMES
    components["headers"] = {
        REQUEST_ID: {"schema": {"type": "string"}, "description": "Yours, or a new one"},
        TOKENS: {"schema": {"type": "integer"}, "description": "What a model used, when one was asked"},
    }
    for path, methods in found["paths"].items():
        for operation in methods.values():
            if not is_open(path):
                operation["security"] = [{name: []} for name in _SCHEMES]
            for response in operation["responses"].values():
                shown = [REQUEST_ID] if is_open(path) else [REQUEST_ID, TOKENS]
                response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in shown}
    return found


def _bodies(operations: Table) -> dict[str, Any]:
    """The schemas of the bodies: without what stands in the path, and null where a field may be left out."""
    having = [operation for operation in operations if operation.has_body]
    wanted = [(operation.request, "validation") for operation in having]
    _, found = models_json_schema(wanted, ref_template=_REFERENCE)  # type: ignore[arg-type]
    schemas: dict[str, Any] = found["$defs"]
    for operation in having:
        schema = schemas[operation.request.__name__]
        required = [name for name in schema.get("required", ()) if f"{{{name}}}" not in operation.path]
        properties = {
            name: field if name in required else {"anyOf": [_present(field), {"type": "null"}]}
            for name, field in schema["properties"].items()
            if f"{{{name}}}" not in operation.path
        }
        schemas[operation.request.__name__] = {**schema, "properties": properties, "required": required}
    return schemas


def _present(field: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value that is there."""
    others = [choice for choice in field.get("anyOf", ()) if choice != {"type": "null"}]
    return (
        others[0] if len(others) == 1 else {name: value for name, value in field.items() if name != "default"}
    )
