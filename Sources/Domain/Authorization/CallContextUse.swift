import CedarPolicy

/// What of a call's context the policies can read: the rest need not be made.
///
/// A fact of the policies alone. What it leaves out no policy names, so no answer depends on it.
/// Whatever uses the context, or the record of the request, in another way than by the name of one of
/// its attributes reads all of it.
struct CallContextUse: OptionSet, Sendable {
  let rawValue: UInt16

  static let environment = Self(rawValue: 1)
  static let now = Self(rawValue: 1 << 1)
  static let posture = Self(rawValue: 1 << 2)
  static let method = Self(rawValue: 1 << 3)
  static let parameters = Self(rawValue: 1 << 4)
  static let path = Self(rawValue: 1 << 5)
  static let source = Self(rawValue: 1 << 6)
  static let scopes = Self(rawValue: 1 << 7)
  static let tenant = Self(rawValue: 1 << 8)

  /// The record that says what is requested.
  static let request: Self = [.method, .parameters, .path, .source]
  static let all: Self = [.environment, .now, .posture, .request, .scopes, .tenant]

  private static let names: [String: Self] = [
    "environment": .environment, "now": .now, "posture": .posture, "request": .request,
    "scopes": .scopes, "tenant": .tenant,
  ]
  private static let requestNames: [String: Self] = [
    "method": .method, "parameters": .parameters, "path": .path, "source": .source,
  ]
}

extension CallContextUse {
  /// - Parameter action: the one that calls are.
  init(of policies: PolicySet, action: EntityUID) {
    self = []
    for policy in policies.policies where Self.mayConcern(action, policy) {
      for condition in policy.conditions { self.formUnion(Self(of: condition.expression)) }
    }
  }

  /// Actions are in no groups, but only what is certain counts.
  private static func mayConcern(_ action: EntityUID, _ policy: Policy) -> Bool {
    if case .equal(let other) = policy.action { return other == action }
    return true
  }

  private init(of condition: Expression) {
    self = []
    // What the parser read is nested no deeper than its limit.
    var open = [condition]
    while let expression = open.popLast() {
      if let path = Self.path(expression) {
        self.formUnion(Self(path: path))
      } else {
        open += expression.operands
      }
    }
  }

  private init(path: [String]) {
    guard let first = path.first, let use = Self.names[first] else {
      // The context itself; or what it does not have, about which nobody need be clever.
      self = .all
      return
    }
    let isWithin = use == .request && path.count > 1
    self = isWithin ? Self.requestNames[path[1]] ?? .request : use
  }

  /// The names from the context to what an expression reads; nil for one that begins elsewhere.
  private static func path(_ expression: Expression) -> [String]? {
    var names: [String] = []
    var rest = expression
    if case .has(let record, let path) = expression.kind {
      names = path.reversed()
      rest = record
    }
    while case .attribute(let record, let name) = rest.kind {
      names.append(name)
      rest = record
    }
    guard case .variable(.context) = rest.kind else { return nil }
    return names.reversed()
  }
}
