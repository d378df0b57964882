"""Answers the cases of the differential test with cedarpy, the reference engine of Cedar.

Reads one case as a JSON object from each line of standard input and writes one answer as a JSON
object to standard output, {"failure": text} where the engine refuses what it was given.

The kinds of cases and their answers:

{"policies", "links", "entities", "requests"}, all but "requests" and "links" texts, asks for
    decisions: {"responses": [{"decision": "allow", "reasons": [id], "errors": [id]}]}. With "est",
    the policies and links as JSON, that is read in place of "policies" and "links".
{"policies", "schema" or "schemaJSON", "entities", "requests"} asks for validation: {"invalid": {policy id: why},
    "isConforming": whether the entities fit, "responses": as above, with the decision "refused"
    for a request that does not fit}. No "invalid" where the schema is refused.
{"convert": text} asks for the JSON of policies: {"json": text}.
{"texts": [text]} asks which texts are policies, {"schemas": [text]} and {"schemasJSON": [text]}
    which are schemas: {"taken": [true]}.
"""

import json
import re
import sys

import cedarpy

FAILED_POLICY = re.compile(r"policy `([^`]*)`")


def response(result):
    if result.decision is cedarpy.Decision.NoDecision:
        return {"decision": "refused", "reasons": [], "errors": []}
    return {
        "decision": result.decision.value.lower(),
        "reasons": result.diagnostics.reasons,
        "errors": [FAILED_POLICY.search(text).group(1) for text in result.diagnostics.errors],
    }


def is_taken(read, text):
    try:
        read(text)
    except ValueError:
        return False
    return True


def decisions(case):
    if "est" in case:
        policies = cedarpy.PolicySet.from_json_str(case["est"])
    else:
        policies = cedarpy.PolicySet.from_str(case["policies"])
        if case["links"]:
            policies = policies.with_linked_batch(case["links"])
    entities = cedarpy.Entities.from_json_str(case["entities"])
    results = cedarpy.is_authorized_batch(case["requests"], policies, entities)
    return {"responses": [response(result) for result in results]}


def validation(case):
    if "schemaJSON" in case:
        schema = cedarpy.Schema.from_json_str(case["schemaJSON"])
    else:
        schema = cedarpy.Schema.from_str(case["schema"])
    result = cedarpy.validate_policies(case["policies"], schema)
    answer = {"invalid": {error.policy_id: error.error for error in result.errors}}
    answer["isConforming"] = is_taken(
        lambda text: cedarpy.Entities.from_json_str(text, schema), case["entities"]
    )
    entities = cedarpy.Entities.from_json_str(
        case["entities"] if answer["isConforming"] else "[]", schema
    )
    results = cedarpy.is_authorized_batch(case["requests"], case["policies"], entities, schema)
    answer["responses"] = [response(result) for result in results]
    return answer


def answer(case):
    if "texts" in case:
        return {"taken": [is_taken(cedarpy.PolicySet.from_str, text) for text in case["texts"]]}
    if "schemas" in case:
        return {"taken": [is_taken(cedarpy.Schema.from_str, text) for text in case["schemas"]]}
    if "schemasJSON" in case:
        read = cedarpy.Schema.from_json_str
        return {"taken": [is_taken(read, text) for text in case["schemasJSON"]]}
    if "convert" in case:
        return {"json": cedarpy.policies_to_json_str(case["convert"])}
    if "schema" in case or "schemaJSON" in case:
        return validation(case)
    return decisions(case)


def main():
    for line in sys.stdin:
        try:
            text = json.dumps(answer(json.loads(line)))
        except ValueError as error:
            text = json.dumps({"failure": str(error)})
        print(text)


if __name__ == "__main__":
    main()
