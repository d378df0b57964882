/// Who wants to do what to which thing, and what else is known about it.
public struct Request: Sendable, Hashable {
  public let principal: EntityUID
  public let action: EntityUID
  public let resource: EntityUID
  public let context: CedarRecord

  public init(
    principal: EntityUID, action: EntityUID, resource: EntityUID, context: CedarRecord = [:]
  ) {
    self.principal = principal
    self.action = action
    self.resource = resource
    self.context = context
  }

  public init(
    principal: EntityUID, action: EntityUID, resource: EntityUID, context: [String: CedarValue]
  ) {
    self.init(
      principal: principal, action: action, resource: resource, context: CedarRecord(context))
  }
}
