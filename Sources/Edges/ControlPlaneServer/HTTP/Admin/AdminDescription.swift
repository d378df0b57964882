/// The OpenAPI description of the admin interface, as `GET /v1/openapi.json` serves it.
enum AdminDescription {
  static let text = #"""
    {
      "openapi": "3.1.0",
      "info": {
        "title": "Gatehouse admin interface",
        "version": "1",
        "summary": "HTTP on the control plane's admin socket; the kernel vouches for the caller."
      },
      "paths": {
        "/v1/apply": {
          "post": {
            "operationId": "apply",
            "summary": "Apply manifests and policies, all or nothing",
            "requestBody": {
              "required": true,
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Change"}}}
            },
            "responses": {
              "200": {"$ref": "#/components/responses/Applied"},
              "422": {"$ref": "#/components/responses/Problem"},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/records/{kind}": {
          "parameters": [{"$ref": "#/components/parameters/kind"}],
          "get": {
            "operationId": "listRecords",
            "summary": "Every record of a kind, by name",
            "responses": {
              "200": {
                "description": "the records",
                "content": {
                  "application/json": {
                    "schema": {
                      "type": "object",
                      "required": ["records"],
                      "properties": {
                        "records": {
                          "type": "array", "items": {"$ref": "#/components/schemas/Record"}
                        }
                      }
                    }
                  }
                }
              },
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/records/{kind}/{name}": {
          "parameters": [
            {"$ref": "#/components/parameters/kind"},
            {"name": "name", "in": "path", "required": true, "schema": {"type": "string"}}
          ],
          "get": {
            "operationId": "getRecord",
            "summary": "One record",
            "responses": {
              "200": {
                "description": "the record",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Record"}}}
              },
              "default": {"$ref": "#/components/responses/Problem"}
            }
          },
          "delete": {
            "operationId": "deleteRecord",
            "summary": "Delete a record; deleting a Workload revokes it",
            "responses": {
              "200": {"$ref": "#/components/responses/Applied"},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/revocations": {
          "post": {
            "operationId": "revoke",
            "summary": "Refuse what was issued up to now",
            "requestBody": {
              "required": true,
              "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/Revocation"}}
              }
            },
            "responses": {
              "200": {
                "description": "the revocation, and which gateways decide by it already",
                "content": {
                  "application/json": {"schema": {"$ref": "#/components/schemas/RevocationOutcome"}}
                }
              },
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/restorations": {
          "post": {
            "operationId": "restore",
            "summary": "Lift the suspension of a workload",
            "requestBody": {
              "required": true,
              "content": {
                "application/json": {
                  "schema": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["workload"],
                    "properties": {"workload": {"type": "string", "description": "a SPIFFE ID"}}
                  }
                }
              }
            },
            "responses": {
              "200": {"$ref": "#/components/responses/Applied"},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/trace/{id}": {
          "parameters": [
            {
              "name": "id", "in": "path", "required": true,
              "description": "a request id, trace id, jti, serial or digest",
              "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"}
            }
          ],
          "get": {
            "operationId": "trace",
            "summary": "Evidence, credential, requests and revocation of one credential",
            "responses": {
              "200": {
                "description": "the story",
                "content": {"application/json": {"schema": {"type": "object"}}}
              },
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/status": {
          "get": {
            "operationId": "status",
            "summary": "How the control plane and its gateways are doing",
            "responses": {
              "200": {
                "description": "the status",
                "content": {"application/json": {"schema": {"type": "object"}}}
              },
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/audit/flush": {
          "post": {
            "operationId": "flushAudit",
            "summary": "Bring every event so far into the logs, the gateways' included",
            "responses": {
              "204": {"description": "done"},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/openapi.json": {
          "get": {
            "operationId": "describe",
            "summary": "This document",
            "responses": {
              "200": {
                "description": "OpenAPI 3.1",
                "content": {"application/json": {"schema": {"type": "object"}}}
              }
            }
          }
        }
      },
      "components": {
        "parameters": {
          "kind": {
            "name": "kind", "in": "path", "required": true,
            "schema": {"enum": ["Workload", "Service", "Policy"]}
          }
        },
        "responses": {
          "Applied": {
            "description": "what changed, or in a dry run would",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Applied"}}}
          },
          "Problem": {
            "description": "why not (RFC 9457)",
            "content": {
              "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }
          }
        },
        "schemas": {
          "Change": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
              "documents": {
                "type": "array",
                "items": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": ["kind", "name", "spec"],
                  "properties": {
                    "kind": {"enum": ["Workload", "Service"]},
                    "name": {"type": "string"},
                    "spec": {"type": "object"},
                    "contract": {
                      "type": "string", "description": "the OpenAPI document of a Service"
                    }
                  }
                }
              },
              "policies": {
                "type": "array",
                "items": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": ["name", "text"],
                  "properties": {
                    "name": {"type": "string"},
                    "text": {"type": "string", "description": "Cedar"}
                  }
                }
              },
              "dryRun": {"type": "boolean", "default": false},
              "prune": {"type": "boolean", "default": false}
            }
          },
          "Applied": {
            "type": "object",
            "required": ["items", "revision", "gateways"],
            "properties": {
              "items": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": ["kind", "name", "action", "notes"],
                  "properties": {
                    "kind": {"type": "string"},
                    "name": {"type": "string"},
                    "action": {"enum": ["created", "updated", "unchanged", "deleted"]},
                    "notes": {"type": "array", "items": {"type": "string"}}
                  }
                }
              },
              "revision": {"type": "integer"},
              "gateways": {"$ref": "#/components/schemas/Gateways"}
            }
          },
          "Gateways": {
            "type": "object",
            "required": ["acknowledged", "missing"],
            "properties": {
              "acknowledged": {"type": "array", "items": {"type": "string"}},
              "missing": {"type": "array", "items": {"type": "string"}}
            }
          },
          "Record": {
            "type": "object",
            "required": ["kind", "name", "revision", "spec", "status"],
            "properties": {
              "kind": {"enum": ["Workload", "Service", "Policy"]},
              "name": {"type": "string"},
              "revision": {"type": "integer"},
              "spec": {"type": "object"},
              "text": {"type": "string"},
              "status": {"type": "object"}
            }
          },
          "Revocation": {
            "type": "object",
            "description": "exactly one target, and why",
            "additionalProperties": false,
            "required": ["reason"],
            "minProperties": 2,
            "maxProperties": 2,
            "properties": {
              "credential": {"type": "string"},
              "workload": {"type": "string"},
              "node": {"type": "string"},
              "key": {"type": "string"},
              "issuedBefore": {"type": "string", "format": "date-time"},
              "reason": {"type": "string", "minLength": 1, "maxLength": 1024}
            }
          },
          "RevocationOutcome": {
            "type": "object",
            "required": ["id", "time", "credentials", "gateways"],
            "properties": {
              "id": {"type": "string"},
              "time": {"type": "string", "format": "date-time"},
              "credentials": {"type": "array", "items": {"type": "string"}},
              "gateways": {"$ref": "#/components/schemas/Gateways"}
            }
          },
          "Problem": {
            "type": "object",
            "required": ["type", "title", "status"],
            "properties": {
              "type": {"type": "string", "format": "uri"},
              "title": {"type": "string"},
              "status": {"type": "integer"},
              "detail": {"type": "string"},
              "errors": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": ["kind", "name", "location", "message"],
                  "properties": {
                    "kind": {"type": "string"},
                    "name": {"type": "string"},
                    "location": {"type": "string"},
                    "message": {"type": "string"}
                  }
                }
              }
            }
          }
        }
      }
    }
    """#
}
