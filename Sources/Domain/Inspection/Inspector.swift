package import Credentials
import HTTPMessages
import OAuth
import OpenAPIContract

/// Inspects one request by one world, at one moment.
///
/// The stages stand in `inspect` as they stand in `Stage`. Framing comes before: what is inspected is
/// one request with one reading. Forwarding comes after: it needs the permit that this makes.
package struct Inspector {
  private let request: InspectedRequest
  private let world: GatewayWorld?
  private let isStale: Bool
  private let memory: any CredentialMemory
  private let proofs: ProofTerms
  private let now: Instant
  /// Made once for all stages.
  private let path: String
  private var facts = InspectionFacts()

  /// - Parameters:
  ///   - world: `nil` while nothing is known.
  ///   - isStale: whether the world is too old to know who is revoked.
  ///   - memory: what is remembered of credentials.
  ///   - proofs: what DPoP proofs must be like.
  package static func inspect(
    _ request: InspectedRequest, world: GatewayWorld?, isStale: Bool,
    memory: any CredentialMemory, proofs: ProofTerms, at now: Instant
  ) -> InspectionResult {
    var inspector = Inspector(
      request: request, world: world, isStale: isStale, memory: memory, proofs: proofs, now: now)
    do throws(Refusal) {
      let permit = try inspector.inspect()
      return InspectionResult(outcome: .permitted(permit), facts: inspector.facts.take())
    } catch {
      return InspectionResult(outcome: .refused(error), facts: inspector.facts.take())
    }
  }

  private init(
    request: InspectedRequest, world: GatewayWorld?, isStale: Bool,
    memory: any CredentialMemory, proofs: ProofTerms, now: Instant
  ) {
    self.request = request
    self.world = world
    self.isStale = isStale
    self.memory = memory
    self.proofs = proofs
    self.now = now
    self.path = request.head.target.path
  }

  private mutating func inspect() throws(Refusal) -> Permit {
    let world = try self.knownWorld()
    let service = try self.host(world)
    let found = self.lookUp(service)
    let caller = try self.credential(world, service, found)
    let operation = try self.operation(service, found)
    try self.scope(service, operation, caller)
    try self.contract(service, operation)
    try self.policy(world, service, found, caller)
    return Permit(
      service: service, operation: operation, caller: caller,
      maximumBody: self.maximumBody(service, operation))
  }

  private mutating func knownWorld() throws(Refusal) -> GatewayWorld {
    guard let world = self.world else { throw .nothingKnown }
    self.facts.revision = world.revision
    return world
  }

  private mutating func host(_ world: GatewayWorld) throws(Refusal) -> RoutedService {
    let head = self.request.head
    let host = head.authority.host
    guard self.request.connection.serverNames.allows(host) else { throw .misdirected }
    let service = world.routes.service(host: host, path: self.path)
    // The last part of framing: how a path may be written is for its service to say. A path that is
    // nobody's is held to the strict reading too.
    if let refusal = head.target.refusal(under: service?.pathRules ?? .strict) {
      throw Refusal(framing: refusal)
    }
    guard let service else { throw .hostUnknown }
    self.facts.service = service.name
    return service
  }

  private mutating func lookUp(_ service: RoutedService) -> Contract.Match {
    let found = service.contract.match(
      method: self.request.head.method.rawValue, path: self.path)
    if case .operation(let operation, _) = found { self.facts.operation = operation.id }
    return found
  }

  private mutating func credential(
    _ world: GatewayWorld, _ service: RoutedService, _ found: Contract.Match
  ) throws(Refusal) -> Caller {
    guard !self.isStale else { throw .stale }
    var mayBeAnonymous = false
    if case .operation(let operation, _) = found {
      mayBeAnonymous = service.anonymous.contains(operation.id)
    }
    let check = CredentialCheck(
      world: world, service: service, request: self.request, memory: self.memory,
      proofs: self.proofs, now: self.now.seconds)
    let caller = try check.caller(mayBeAnonymous: mayBeAnonymous)
    self.facts.credential = caller.credential
    try check.checkStanding(of: caller)
    return caller
  }

  private mutating func operation(
    _ service: RoutedService, _ found: Contract.Match
  ) throws(Refusal) -> Operation? {
    switch found {
    case .operation(let operation, _): return operation
    case .notFound: try self.refuse(.operationUnknown, service)
    case .methodNotAllowed(let allow): try self.refuse(.methodNotAllowed(allow), service)
    }
    return nil
  }

  private mutating func scope(
    _ service: RoutedService, _ operation: Operation?, _ caller: Caller
  ) throws(Refusal) {
    // A caller without a credential is here because the service opens the operation to it.
    guard let operation, let credential = caller.credential else { return }
    let held = credential.signed.scopeSet
    guard
      !operation.scopes.isSatisfied(
        by: held, hasClientCertificate: credential.signed.isBoundToCertificate)
    else { return }
    try self.refuse(
      .insufficientScope(
        operation.scopes.scopesToRequest(holding: held), ChallengeTerms(service)), service)
  }

  private mutating func contract(
    _ service: RoutedService, _ operation: Operation?
  ) throws(Refusal) {
    // The service's own bound holds, however the contract's stage is applied.
    if let announced = self.request.announcedBody, announced > service.maximumBody {
      throw .bodyTooLarge
    }
    guard let operation else { return }
    // Most requests have nothing that could break it; a query that cannot be read is refused all the same.
    let head = self.request.head
    if head.framing == .none, head.target.query == nil, !operation.constrainsHeads { return }
    let facts: RequestFacts
    do throws(RequestRefusal) {
      facts = try RequestFacts(self.request)
    } catch {
      return try self.refuse(.queryMalformed(error), service)
    }
    let violations = operation.violations(of: facts).filter {
      !self.request.isBodyUnseen || !$0.pointer.hasPrefix("/body")
    }
    if !violations.isEmpty { try self.refuse(.violations(violations), service) }
  }

  private mutating func policy(
    _ world: GatewayWorld, _ service: RoutedService, _ found: Contract.Match, _ caller: Caller
  ) throws(Refusal) {
    guard service.enforcement(of: .policy) != .off else { return }
    var (operation, parameters) = ("", [String: String]())
    if case .operation(let known, let values) = found {
      (operation, parameters) = (known.id, values)
    }
    let verdict = world.policy.verdict(
      on: Call(
        principal: caller.credential?.principal, service: service.name, operation: operation,
        scopes: caller.credential?.scopes ?? [],
        method: self.request.head.method.rawValue, path: self.path, parameters: parameters,
        source: self.request.source, now: self.now.seconds))
    self.facts.policies = verdict.policies
    self.facts.isPermittedByPolicy = verdict.isAllowed
    self.facts.policyShadow = verdict.shadow
    self.facts.workload = verdict.workload
    if !verdict.isAllowed { try self.refuse(.denied(verdict), service) }
  }

  /// Refuses, notes or ignores, as the service wants the refusal's stage applied.
  private mutating func refuse(_ refusal: Refusal, _ service: RoutedService) throws(Refusal) {
    switch service.enforcement(of: refusal.stage) {
    case .enforcing: throw refusal
    case .shadow: self.facts.shadowed.append(refusal)
    case .off: break
    }
  }

  private func maximumBody(_ service: RoutedService, _ operation: Operation?) -> UInt64 {
    guard service.enforcement(of: .contract) == .enforcing,
      let declared = operation?.requestBody?.maximumBytes
    else { return service.maximumBody }
    return min(service.maximumBody, declared)
  }
}

extension RequestFacts {
  /// Only fields that go on count as sent; those whose value is not UTF-8 do not.
  fileprivate init(_ request: InspectedRequest) throws(RequestRefusal) {
    let head = request.head
    let forwarded = ForwardingRules.requestFields(
      head.fields, connectionOptions: head.connectionOptions, forwardCredential: true
    ).filter { $0.text != nil }
    self.init(
      contentTypes: forwarded.filter { $0.isNamed("content-type") }.compactMap(\.text),
      // Whoever names a type has content of it.
      hasBody: head.framing != .none
        || request.isBodyUnseen && head.fields.contains(named: "content-type"),
      bodyBytes: head.framing == .none ? nil : request.announcedBody,
      queryNames: Set(try head.target.queryItems().map(\.name)),
      headerNames: Set(forwarded.map(\.lowercasedName)))
  }
}
