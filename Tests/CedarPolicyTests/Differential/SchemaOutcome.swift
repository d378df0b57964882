import CedarPolicy

/// What an engine says of a case when it knows the schema.
struct SchemaOutcome {
  /// The policies that are not valid, and why; `schema` if the schema is refused.
  let invalid: [String: String]
  /// Why the entities do not fit, or nil.
  let refusedEntities: String?
  /// Answers over entities that were read with the schema, over none if they do not fit; with the
  /// decision `refused` for requests that do not fit.
  let responses: [DifferentialOutcome.Response]

  init(_ answer: ReferenceEngine.Answer) {
    invalid = answer.invalid ?? ["schema": answer.failure ?? "no answer"]
    refusedEntities = answer.isConforming == true ? nil : "refused"
    responses = (answer.responses ?? []).map {
      .init(decision: $0.decision, reasons: Set($0.reasons), errors: Set($0.errors))
    }
  }

  private init(
    invalid: [String: String], refusedEntities: String?, responses: [DifferentialOutcome.Response]
  ) {
    self.invalid = invalid
    self.refusedEntities = refusedEntities
    self.responses = responses
  }

  /// What this library says.
  init(of test: DifferentialCase) {
    do {
      let schema = try test.schema()
      let policies = try PolicySet(parsing: test.policyText)
      let issues = Validator(schema).validate(policies).errors
      let (entities, refusal) = try Self.entities(test, schema)
      let engine = CompiledPolicies(policies, entities: entities)
      self.init(
        invalid: Dictionary(issues.map { ($0.policyID.text, "\($0)") }) { first, _ in first },
        refusedEntities: refusal,
        responses: test.requests.map { Self.response($0, test, schema, engine) })
    } catch {
      self.init(invalid: ["schema": "\(error)"], refusedEntities: "refused", responses: [])
    }
  }

  private static func entities(
    _ test: DifferentialCase, _ schema: Schema
  ) throws -> (Entities, refusal: String?) {
    let text = jsonArray(test.entities.map { $0.json(in: test.world) })
    do throws(CedarParseError) {
      return (try Entities(json: text, schema: schema), nil)
    } catch {
      return (try Entities(json: "[]", schema: schema), "\(error)")
    }
  }

  private static func response(
    _ request: DifferentialCase.GeneratedRequest, _ test: DifferentialCase, _ schema: Schema,
    _ engine: CompiledPolicies
  ) -> DifferentialOutcome.Response {
    let text = jsonObject([
      ("principal", request.principal.json), ("action", request.action.json),
      ("resource", request.resource.json), ("context", request.contextJSON(in: test.world)),
    ])
    guard let request = try? Request(json: text, schema: schema) else {
      return DifferentialOutcome.Response(decision: "refused", reasons: [], errors: [])
    }
    return DifferentialOutcome.Response(engine.isAuthorized(request))
  }
}

extension DifferentialCase {
  func differences(of own: SchemaOutcome, from reference: SchemaOutcome) -> [String] {
    let unlike = Set(own.invalid.keys).symmetricDifference(reference.invalid.keys).sorted()
    var differences = unlike.map { id in
      let policy = Int(id.dropFirst("policy".count)).map { policies[$0] } ?? id
      return
        "\(id): \(own.invalid[id] ?? "valid") here, \(reference.invalid[id] ?? "valid") there\n"
        + policy
    }
    if (own.refusedEntities == nil) != (reference.refusedEntities == nil) {
      differences.append(
        "entities \(own.refusedEntities ?? "conform") here, "
          + "\(reference.refusedEntities ?? "conform") there")
      return differences
    }
    for (request, responses) in zip(requests, zip(own.responses, reference.responses))
    where responses.0 != responses.1 {
      differences.append(
        "\(responses.0) here, \(responses.1) there\n\(request.contextJSON(in: world))")
    }
    return differences
  }
}

extension DifferentialOutcome.Response {
  init(_ response: Response) {
    self.init(
      decision: response.decision.rawValue, reasons: Set(response.reasons.map(\.text)),
      errors: Set(response.errors.map(\.policyID.text)))
  }
}
