/// A request with the numbers of its entities.
///
/// Not copyable, so that handing it on costs no reference counting. Made by its memberwise
/// initialiser only: Swift 6.3 compiles initialisers of such types that assign one property after
/// the other, and read some in between, into ones that release properties not yet set.
struct NumberedRequest: ~Copyable {
  let principal: Int32
  let action: Int32
  let resource: Int32
  let context: CedarRecord

  /// The entities that the snapshot does not name.
  let unknownPrincipal: EntityUID?
  let unknownAction: EntityUID?
  let unknownResource: EntityUID?

  /// The entity that has one of the numbers which no entity of the snapshot has.
  func unknown(_ number: Int32) -> EntityUID {
    let uid =
      number == principal
      ? unknownPrincipal : number == action ? unknownAction : unknownResource
    return uid ?? EntityUID(type: EntityTypeName(identifiers: []), id: "")
  }
}

extension Snapshot {
  /// Entities that the snapshot does not name get numbers after those of all others, equal ones
  /// the same number.
  func numbered(_ request: Request) -> NumberedRequest {
    let unknown = unknownNumber
    let principal = number(of: request.principal)
    let action = number(of: request.action)
    let resource = number(of: request.resource)
    let isActionPrincipal = action == nil && request.action == request.principal
    let actionNumber = action ?? (isActionPrincipal ? unknown : unknown &+ 1)
    return NumberedRequest(
      principal: principal ?? unknown, action: actionNumber,
      resource: resource ?? unknownResource(of: request, action: actionNumber),
      context: request.context, unknownPrincipal: principal == nil ? request.principal : nil,
      unknownAction: action == nil ? request.action : nil,
      unknownResource: resource == nil ? request.resource : nil)
  }

  private func unknownResource(of request: Request, action: Int32) -> Int32 {
    if request.resource == request.principal { return unknownNumber }
    return request.resource == request.action ? action : unknownNumber &+ 2
  }
}
