/// A policy that can be evaluated: a static one, or a template with its slots filled.
public struct Policy: Sendable {
  public let id: PolicyID
  public let effect: Effect
  public let principal: ScopeConstraint<EntityUID>
  public let action: ActionConstraint
  public let resource: ScopeConstraint<EntityUID>

  /// What does not depend on slots: annotations, conditions and the place in the source.
  let statement: PolicyStatement

  /// The template that the policy was linked from.
  public let templateID: PolicyID?

  /// Annotations by name; one without a value has the empty text.
  public var annotations: [String: String] { statement.annotations }

  /// All must hold, in this order.
  public var conditions: [Condition] { statement.conditions }

  /// Where the policy (or its template) stands, from its first annotation to its semicolon.
  public var span: SourceSpan { statement.span }

  /// The name of the text that the policy was read from.
  public var source: String? { statement.source }
}

/// What a satisfied policy does to a request.
public enum Effect: String, Sendable, Hashable, CaseIterable {
  case permit, forbid
}

/// A `when` or `unless` clause.
public struct Condition: Sendable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case when, unless
  }

  public let kind: Kind
  public let expression: Expression
}

/// The parts that a policy and its template have in common.
struct PolicyStatement: Sendable {
  let annotations: [String: String]
  let conditions: [Condition]
  let span: SourceSpan
  let source: String?
}

/// A policy whose scope has slots.
public struct PolicyTemplate: Sendable {
  public let id: PolicyID
  public let effect: Effect
  public let principal: ScopeConstraint<EntityReference>
  public let action: ActionConstraint
  public let resource: ScopeConstraint<EntityReference>
  let statement: PolicyStatement

  /// Annotations by name; one without a value has the empty text.
  public var annotations: [String: String] { statement.annotations }

  /// All must hold, in this order.
  public var conditions: [Condition] { statement.conditions }

  /// Where the template stands, from its first annotation to its semicolon.
  public var span: SourceSpan { statement.span }

  /// The name of the text that the template was read from.
  public var source: String? { statement.source }

  /// The slots that a link must fill, no more and no less.
  public var slots: Set<TemplateSlot> {
    Set(
      [principal.reference, resource.reference].compactMap { reference in
        if case .slot(let slot) = reference { slot } else { nil }
      })
  }

  /// The policy that the template becomes with its slots filled.
  public func linked(
    as id: PolicyID, values: [TemplateSlot: EntityUID]
  ) throws(PolicySetError) -> Policy {
    if let extra = Set(values.keys).subtracting(slots).min(by: { $0.rawValue < $1.rawValue }) {
      throw .unknownSlot(extra, template: self.id)
    }
    return Policy(
      id: id, effect: effect, principal: try fill(principal, values), action: action,
      resource: try fill(resource, values), statement: statement, templateID: self.id)
  }

  private func fill(
    _ constraint: ScopeConstraint<EntityReference>, _ values: [TemplateSlot: EntityUID]
  ) throws(PolicySetError) -> ScopeConstraint<EntityUID> {
    try constraint.map { (reference: EntityReference) throws(PolicySetError) -> EntityUID in
      switch reference {
      case .entity(let uid): return uid
      case .slot(let slot):
        guard let uid = values[slot] else { throw .missingSlot(slot, template: id) }
        return uid
      }
    }
  }
}
