"""Asks as Envoy does, with the messages that Envoy published: checks in, one JSON line for each out.

usage: ext_authz.py PORT; on standard input one JSON object for each check:
{"method", "path", "host", "protocol", "headers": {...} | [[name, value], ...], "address"}
"""
import json
import sys

import grpc
from envoy.service.auth.v3 import external_auth_pb2, external_auth_pb2_grpc


def request(case):
    check = external_auth_pb2.CheckRequest()
    http = check.attributes.request.http
    http.method, http.path, http.host = case["method"], case["path"], case["host"]
    http.protocol = case.get("protocol", "HTTP/1.1")
    headers = case.get("headers", {})
    if isinstance(headers, dict):
        for name, value in headers.items():
            http.headers[name] = value
    else:
        for name, value in headers:
            http.header_map.headers.add(key=name, raw_value=value.encode())
    check.attributes.source.address.socket_address.address = case.get("address", "192.0.2.7")
    check.attributes.source.address.socket_address.port_value = 4711
    return check


def options(fields):
    return {field.header.key: [field.header.value, field.append_action] for field in fields}


channel = grpc.insecure_channel(f"127.0.0.1:{sys.argv[1]}")
stub = external_auth_pb2_grpc.AuthorizationStub(channel)
for line in sys.stdin:
    answer = stub.Check(request(json.loads(line)), timeout=30)
    result = {"code": answer.status.code, "message": answer.status.message}
    if answer.HasField("ok_response"):
        result["headers"] = options(answer.ok_response.headers)
        result["remove"] = list(answer.ok_response.headers_to_remove)
    if answer.HasField("denied_response"):
        result["status"] = answer.denied_response.status.code
        result["headers"] = options(answer.denied_response.headers)
        result["body"] = json.loads(answer.denied_response.body)
    print(json.dumps(result), flush=True)
