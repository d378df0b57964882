import CedarPolicy

/// The entities and the request that the tests of expressions use.
enum Sample {
  static func uid(_ text: String) throws -> EntityUID {
    try EntityUID(parsing: text)
  }

  static func entities() throws -> Entities {
    try Entities([
      Entity(
        uid: uid(#"User::"ann""#),
        attributes: ["age": 30, "name": "Ann", "address": ["city": "Graz"]],
        parents: [uid(#"Team::"blue""#)], tags: ["level": 3]),
      Entity(uid: uid(#"Team::"blue""#), parents: [uid(#"Org::"acme""#)]),
      Entity(uid: uid(#"Doc::"one""#), attributes: ["owner": .entity(uid(#"User::"ann""#))]),
    ])
  }

  static func request() throws -> Request {
    Request(
      principal: try uid(#"User::"ann""#), action: try uid(#"Action::"read""#),
      resource: try uid(#"Doc::"one""#), context: ["port": 443, "scopes": ["a", "b"]])
  }

  /// The outcome of one policy text with one policy.
  static func outcome(ofPolicy text: String) throws -> PolicyOutcome.Result? {
    let policies = try PolicySet(parsing: text)
    return Authorizer().outcomes(try request(), policies: policies, entities: try entities())
      .first?.result
  }

  /// What a condition gives: true, false, or nil for a failure.
  static func holds(_ condition: String) throws -> Bool? {
    switch try outcome(ofPolicy: "permit(principal, action, resource) when { \(condition) };") {
    case .satisfied: true
    case .notSatisfied: false
    default: nil
    }
  }

  static func parseError(_ text: String) -> CedarParseError? {
    do throws(CedarParseError) {
      _ = try PolicySet(parsing: text)
      return nil
    } catch {
      return error
    }
  }

  static func conditionError(_ condition: String) -> CedarParseError? {
    parseError("permit(principal, action, resource) when { \(condition) };")
  }
}
