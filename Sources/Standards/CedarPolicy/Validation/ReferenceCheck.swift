/// Checks that what a policy names is in the schema, also where it is never evaluated.
struct ReferenceCheck {
  let index: SchemaIndex

  private var schema: Schema { index.schema }

  func check(_ policy: CheckedPolicy, _ report: inout PolicyReport) {
    for constraint in [policy.principal, policy.resource] {
      switch constraint {
      case .isType(let type), .isTypeIn(let type, _): check(type, at: policy.span, &report)
      default: break
      }
      if case .entity(let uid)? = constraint.reference { check(uid, at: policy.span, &report) }
    }
    check(policy.action, at: policy.span, &report)
    for condition in policy.conditions { check(condition.expression, &report) }
  }

  private func check(
    _ action: ActionConstraint, at span: SourceSpan, _ report: inout PolicyReport
  ) {
    switch action {
    case .any: break
    case .equal(let uid), .isIn(let uid): check(uid, at: span, &report)
    case .isInAny(let uids):
      for uid in uids { check(uid, at: span, &report) }
      guard let first = uids.first, let other = uids.first(where: { $0.type != first.type }) else {
        return
      }
      report.error(
        .incompatibleTypes, at: span,
        "the types `\(first.type)` and `\(other.type)` do not go together",
        hint: "write a policy for the actions of each namespace")
    }
  }

  /// Goes through the tree with a list of its own, because depth is stack.
  private func check(_ expression: Expression, _ report: inout PolicyReport) {
    var open = [expression]
    while let next = open.popLast(), !report.isFull {
      switch next.kind {
      case .literal(.entity(let uid)): check(uid, at: next.span, &report)
      case .isType(_, let type, _): check(type, at: next.span, &report)
      default: break
      }
      open += next.operands.reversed()
    }
  }

  /// The types of actions count as known in every namespace, as they do in Cedar.
  private func check(_ type: EntityTypeName, at span: SourceSpan, _ report: inout PolicyReport) {
    guard schema.entityTypes[type] == nil, !type.isOfActions else { return }
    let near =
      index.guess(type.text) { schema.entityTypes.keys.map(\.text) } ?? qualified(type.text)
    report.error(
      .unknownEntityType, at: span, "unknown entity type `\(type)`",
      hint: near.map { "did you mean `\($0)`?" })
  }

  /// A name that somebody wrote without its namespace.
  private func qualified(_ name: String) -> String? {
    schema.entityTypes.keys.map(\.text).filter { $0.hasSuffix("::\(name)") }
      .min(by: codePointsPrecede)
  }

  private func check(_ uid: EntityUID, at span: SourceSpan, _ report: inout PolicyReport) {
    guard !uid.type.isOfActions else { return checkAction(uid, at: span, &report) }
    check(uid.type, at: span, &report)
    guard let ids = schema.entityTypes[uid.type]?.enumeration,
      !ids.contains(where: { sameCodePoints($0, uid.id) })
    else { return }
    let near = index.guess(uid.id) { ids }
    report.error(
      .unknownEnumeratedID, at: span, "`\(uid)` is not among the ids of its enumerated type",
      hint: near.map { "did you mean `\(uid.type)::\($0.cedarLiteral)`?" })
  }

  private func checkAction(
    _ uid: EntityUID, at span: SourceSpan, _ report: inout PolicyReport
  ) {
    guard schema.actions[uid] == nil else { return }
    let near = index.guess(uid.description) { schema.actions.keys.map(\.description) }
    report.error(
      .unknownAction, at: span, "unknown action `\(uid)`",
      hint: near.map { "did you mean `\($0)`?" })
  }
}

extension EntityTypeName {
  /// Whether entities of the type are actions, which all types of this name have.
  var isOfActions: Bool { baseName == "Action" }
}
