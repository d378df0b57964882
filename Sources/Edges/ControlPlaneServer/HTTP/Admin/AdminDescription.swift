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
          "parameters": [{"$ref": "#/components/parameters/id"}],
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
        "/v1/posture": {
          "post": {
            "operationId": "reportPosture",
            "summary": "Say in which condition a workload is",
            "requestBody": {
              "required": true,
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Posture"}}}
            },
            "responses": {
              "200": {"$ref": "#/components/responses/Applied"},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/policy/schema": {
          "get": {
            "operationId": "policySchema",
            "summary": "The Cedar schema of the installation, as the member `schema`",
            "responses": {
              "200": {"$ref": "#/components/responses/Report"},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/policy/explanations/{id}": {
          "parameters": [{"$ref": "#/components/parameters/id"}],
          "get": {
            "operationId": "explainDecision",
            "summary": "Why a request or a credential was granted or refused",
            "responses": {
              "200": {"$ref": "#/components/responses/Report"},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/policy/replays": {
          "post": {
            "operationId": "replayDecisions",
            "summary": "Decide a page of the recorded decisions again, by other policies",
            "requestBody": {
              "required": true,
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Replay"}}}
            },
            "responses": {
              "200": {"$ref": "#/components/responses/Report"},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/policy/shadow-reports": {
          "post": {
            "operationId": "reportShadows",
            "summary": "What the policies in shadow would have changed",
            "requestBody": {
              "required": true,
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Review"}}}
            },
            "responses": {
              "200": {"$ref": "#/components/responses/Report"},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/policy/unused": {
          "post": {
            "operationId": "listUnusedPolicies",
            "summary": "The policies that made no decision",
            "requestBody": {
              "required": true,
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Review"}}}
            },
            "responses": {
              "200": {"$ref": "#/components/responses/Report"},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/policy/suggestions": {
          "post": {
            "operationId": "suggestPolicies",
            "summary": "Policies that permit exactly what was used",
            "requestBody": {
              "required": true,
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Review"}}}
            },
            "responses": {
              "200": {"$ref": "#/components/responses/Report"},
              "default": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/policy/reach": {
          "post": {
            "operationId": "reach",
            "summary": "What policies let a workload call",
            "requestBody": {
              "required": true,
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Review"}}}
            },
            "responses": {
              "200": {"$ref": "#/components/responses/Report"},
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
          "id": {
            "name": "id", "in": "path", "required": true,
            "description": "a request id, trace id, jti, serial or digest",
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"}
          },
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
          "Report": {
            "description": "the answer; the command line's documentation describes each",
            "content": {"application/json": {"schema": {"type": "object"}}}
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
              "gateways": {"$ref": "#/components/schemas/Gateways"},
              "reach": {"$ref": "#/components/schemas/Reach"}
            }
          },
          "Reach": {
            "type": "object",
            "description": "of a dry run: what workloads could call only after it, or only before",
            "required": ["added", "removed", "isComplete"],
            "properties": {
              "added": {"type": "array", "items": {"$ref": "#/components/schemas/Place"}},
              "removed": {"type": "array", "items": {"$ref": "#/components/schemas/Place"}},
              "isComplete": {"type": "boolean"}
            }
          },
          "Place": {
            "type": "object",
            "required": ["workload", "environment", "service", "operation"],
            "properties": {
              "workload": {"type": "string"},
              "environment": {"type": "string"},
              "service": {"type": "string"},
              "operation": {"type": "string"}
            }
          },
          "Posture": {
            "type": "object",
            "additionalProperties": false,
            "required": ["workload", "facts"],
            "properties": {
              "workload": {"type": "string", "description": "a SPIFFE ID"},
              "facts": {
                "type": "object",
                "additionalProperties": {"type": ["string", "null"]},
                "description": "values by name; null takes a fact back"
              },
              "observedAt": {"type": "string", "format": "date-time"}
            }
          },
          "Review": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
              "since": {"type": "string", "format": "date-time"},
              "workload": {"type": "string", "description": "a SPIFFE ID"}
            }
          },
          "Replay": {
            "type": "object",
            "additionalProperties": false,
            "required": ["policies", "limit"],
            "properties": {
              "policies": {
                "type": "array",
                "description": "in the place of all policies in force",
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
              "since": {"type": "string", "format": "date-time"},
              "cursor": {"type": "string", "description": "where the page before ended"},
              "limit": {"type": "integer"}
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
