/// A policy or template in the form in which it is checked.
struct CheckedPolicy {
  let id: PolicyID
  let principal: ScopeConstraint<EntityReference>
  let action: ActionConstraint
  let resource: ScopeConstraint<EntityReference>
  let conditions: [Condition]
  let span: SourceSpan
  let source: String?

  init(_ policy: Policy) {
    id = policy.id
    principal = policy.principal.map { .entity($0) }
    action = policy.action
    resource = policy.resource.map { .entity($0) }
    conditions = policy.conditions
    span = policy.span
    source = policy.source
  }

  /// What is left to check of a linked policy whose template is checked too.
  init(scopeOf policy: Policy) {
    id = policy.id
    principal = policy.principal.map { .entity($0) }
    action = policy.action
    resource = policy.resource.map { .entity($0) }
    conditions = []
    span = policy.span
    source = policy.source
  }

  init(_ template: PolicyTemplate) {
    id = template.id
    principal = template.principal
    action = template.action
    resource = template.resource
    conditions = template.conditions
    span = template.span
    source = template.source
  }
}
