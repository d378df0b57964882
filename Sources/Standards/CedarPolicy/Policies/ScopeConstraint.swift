/// What the scope of a policy demands of the principal or the resource.
///
/// `Reference` is ``EntityUID`` in a policy and ``EntityReference`` in a template.
public enum ScopeConstraint<Reference: Sendable & Hashable>: Sendable, Hashable {
  case any
  case equal(Reference)
  case isIn(Reference)
  case isType(EntityTypeName)
  case isTypeIn(EntityTypeName, Reference)

  /// The entity or slot that the constraint names.
  public var reference: Reference? {
    switch self {
    case .any, .isType: nil
    case .equal(let reference), .isIn(let reference), .isTypeIn(_, let reference): reference
    }
  }

  func map<Other, Failure: Error>(
    _ transform: (Reference) throws(Failure) -> Other
  ) throws(Failure) -> ScopeConstraint<Other> {
    switch self {
    case .any: .any
    case .equal(let reference): .equal(try transform(reference))
    case .isIn(let reference): .isIn(try transform(reference))
    case .isType(let type): .isType(type)
    case .isTypeIn(let type, let reference): .isTypeIn(type, try transform(reference))
    }
  }
}

/// What the scope of a policy demands of the action.
public enum ActionConstraint: Sendable, Hashable {
  case any
  case equal(EntityUID)
  case isIn(EntityUID)
  /// In at least one of these; no action is in an empty list.
  case isInAny([EntityUID])
}

/// An entity, or the place in a template where one goes.
public enum EntityReference: Sendable, Hashable {
  case entity(EntityUID)
  case slot(TemplateSlot)
}

/// The places in a template that a link fills.
public enum TemplateSlot: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  case principal = "?principal"
  case resource = "?resource"

  public var description: String { rawValue }
}
