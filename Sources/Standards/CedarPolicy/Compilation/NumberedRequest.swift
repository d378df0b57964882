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
  func numbered(_ request: Request) -> NumberedRequest {
    numbered(LocatedRequest(request))
  }

  /// Entities that the snapshot does not name get numbers after those of all others, equal ones
  /// the same number.
  func numbered(_ request: LocatedRequest) -> NumberedRequest {
    let principal = number(of: request.principal)
    let action = number(of: request.action)
    let resource = number(of: request.resource)
    let actionNumber = action ?? unknownAction(of: request)
    return NumberedRequest(
      principal: principal ?? unknownNumber, action: actionNumber,
      resource: resource ?? unknownResource(of: request, action: actionNumber),
      context: request.context, unknownPrincipal: principal == nil ? request.principal.uid : nil,
      unknownAction: action == nil ? request.action.uid : nil,
      unknownResource: resource == nil ? request.resource.uid : nil)
  }

  private func unknownAction(of request: LocatedRequest) -> Int32 {
    request.action.uid == request.principal.uid ? unknownNumber : unknownNumber &+ 1
  }

  private func unknownResource(of request: LocatedRequest, action: Int32) -> Int32 {
    if request.resource.uid == request.principal.uid { return unknownNumber }
    return request.resource.uid == request.action.uid ? action : unknownNumber &+ 2
  }
}
