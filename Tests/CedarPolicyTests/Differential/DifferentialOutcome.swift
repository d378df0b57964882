import CedarPolicy

/// What an engine says about a case.
enum DifferentialOutcome: Equatable {
  struct Response: Equatable {
    let decision: String
    let reasons: Set<String>
    let errors: Set<String>
  }

  /// The engine does not take the policies, the links or the entities.
  case refused(String)
  case responses([Response])

  /// The texts of refusals need not agree.
  static func == (one: Self, other: Self) -> Bool {
    switch (one, other) {
    case (.responses(let one), .responses(let other)): one == other
    case (.refused, .refused): true
    default: false
    }
  }

  init(_ answer: ReferenceEngine.Answer) {
    guard let responses = answer.responses else {
      self = .refused(answer.failure ?? "no answer")
      return
    }
    self = .responses(
      responses.map {
        Response(decision: $0.decision, reasons: Set($0.reasons), errors: Set($0.errors))
      })
  }
}

extension DifferentialCase {
  /// What this library says about the case.
  var outcome: DifferentialOutcome {
    outcome { try PolicySet(parsing: policyText) }
  }

  /// What this library says with policies that were read in another way.
  func outcome(reading read: () throws -> PolicySet) -> DifferentialOutcome {
    do {
      let policies = try linked(try read())
      let entities = try Entities(entities.map { try $0.entity() })
      let engine = CompiledPolicies(policies, entities: entities)
      return .responses(
        try requests.map { DifferentialOutcome.Response(engine.isAuthorized(try $0.request())) })
    } catch {
      return .refused("\(error)")
    }
  }

  func policySet() throws -> PolicySet {
    try linked(try PolicySet(parsing: policyText))
  }

  private func linked(_ set: PolicySet) throws -> PolicySet {
    var policies = set
    for link in links {
      try policies.link(PolicyID(link.template), as: PolicyID(link.id), values: link.values)
    }
    return policies
  }

  /// Where two engines differ, with what is needed to look into it; nil if they agree.
  func difference(
    of own: DifferentialOutcome, from reference: DifferentialOutcome
  ) -> String? {
    guard own != reference else { return nil }
    guard case .responses(let ours) = own, case .responses(let theirs) = reference else {
      return "\(own) here, \(reference) there\n\(policyText)"
    }
    let places = zip(ours, theirs).enumerated().filter { $0.element.0 != $0.element.1 }
    return places.map { index, responses in
      "request \(index): \(responses.0) here, \(responses.1) there\n"
        + requests[index].json + "\n" + texts(of: responses.0.unlike(responses.1))
    }.joined(separator: "\n")
  }

  private func texts(of ids: Set<String>) -> String {
    ids.sorted().map { id in
      let template = links.first { $0.id == id }?.template
      let index = Int((template ?? id).dropFirst("policy".count))
      return "\(id): \(index.map { policies[$0] } ?? "")"
    }.joined(separator: "\n")
  }
}

extension DifferentialOutcome.Response {
  /// The policies about which two responses differ.
  fileprivate func unlike(_ other: Self) -> Set<String> {
    reasons.symmetricDifference(other.reasons).union(errors.symmetricDifference(other.errors))
  }
}

extension GeneratedEntity {
  /// A value that this library does not read.
  struct Unreadable: Error {}

  func entity() throws -> Entity {
    guard let attributes = GeneratedValue.record(attributes), let tags = GeneratedValue.record(tags)
    else { throw Unreadable() }
    return Entity(uid: uid, attributes: attributes, parents: Set(parents), tags: tags)
  }
}

extension DifferentialCase.GeneratedRequest {
  func request() throws -> Request {
    guard let context = GeneratedValue.record(context) else { throw GeneratedEntity.Unreadable() }
    return Request(principal: principal, action: action, resource: resource, context: context)
  }
}

/// How the answers of a run are spread, to see that it tests more than one kind of answer.
struct DifferentialMix {
  private var cases = 0
  private var refused = 0
  private var erring = 0
  private var policies = 0
  private var links = 0
  private var evaluated = 0
  private var satisfied = 0
  private var failed = 0
  private var requests: [String: Int] = [:]

  mutating func count(_ test: DifferentialCase, _ outcome: DifferentialOutcome) {
    cases += 1
    policies += test.policies.count
    links += test.links.count
    guard case .responses(let responses) = outcome else {
      refused += 1
      return
    }
    for response in responses {
      requests[kind(of: response), default: 0] += 1
      satisfied += response.reasons.count
      failed += response.errors.count
      evaluated += test.policies.count
    }
    for response in responses where !response.errors.isEmpty {
      requests["with erring policies", default: 0] += 1
    }
    erring += responses.contains { !$0.errors.isEmpty } ? 1 : 0
  }

  private func kind(of response: DifferentialOutcome.Response) -> String {
    if response.decision == "allow" { return "allowed" }
    return response.reasons.isEmpty ? "denied by nothing" : "denied by forbid"
  }

  /// For cases that show each condition.
  var conditionSummary: String {
    "\(evaluated) evaluations of \(policies) conditions, "
      + "\(satisfied * 100 / max(1, evaluated))% true, "
      + "\(failed * 100 / max(1, evaluated))% failed; \(refused) cases refused"
  }

  var summary: String {
    let kinds = ["allowed", "denied by forbid", "denied by nothing"]
    let total = max(1, kinds.reduce(0) { $0 + (requests[$1] ?? 0) })
    let shares = (kinds + ["with erring policies"]).map { kind in
      "\((requests[kind] ?? 0) * 100 / total)% \(kind)"
    }
    return "\(total) requests in \(cases) cases with \(policies) policies and "
      + "\(links) links; \(shares.joined(separator: ", ")); \(erring * 100 / max(1, cases))% of the "
      + "sets with erring policies; \(refused) cases refused"
  }
}
