import Audit
import Authorization
import Credentials
import OpenAPIContract

/// A decision of the policies as a log tells it, with everything that it was made of.
struct RecordedDecision: Sendable {
  /// The request's id, or the credential's.
  let id: String
  let time: Instant
  /// A SPIFFE ID; nil for a caller without a credential.
  let workload: String?
  /// What the policies were told about the workload.
  let facts: WorkloadFacts?
  let wasPermitted: Bool
  let asked: Asked

  enum Asked: Sendable {
    case call(CallQuestion)
    case token(IssueQuestion, service: String)
    case svid(IssueQuestion)
  }

  /// An event that holds no decision of the policies gives nil.
  /// - Throws: ``NotReplayable`` for a decision of which something was not recorded.
  init?(_ event: AuditEvent, in world: ReviewedWorld) throws(NotReplayable) {
    guard let outcome = event.decision?.policyOutcome else { return nil }
    self.id = event.request?.requestID ?? event.credential?.id ?? ""
    self.time = event.time
    self.workload = event.workload
    self.facts = event.workloadFacts
    self.wasPermitted = outcome == .allow
    switch event.type {
    case .requestAllowed, .requestRefused: self.asked = .call(try Self.call(event, world))
    case .credentialIssued, .credentialRefused: self.asked = try Self.issue(event, world)
    default: return nil
    }
    // Of an identity that nobody registered, such as the gateway's own, nothing is known.
    let isRegistered = event.workload.flatMap(world.model.facts) != nil
    guard event.workloadFacts != nil || !isRegistered else {
      throw NotReplayable("what was known of the workload was not recorded")
    }
  }

  var action: String {
    if case .call = self.asked { "call" } else { "issue" }
  }

  /// The service and operation, the service, or the trust domain.
  var resource: String {
    switch self.asked {
    case .call(let question): "\(question.service)/\(question.operation)"
    case .token(_, let service): service
    case .svid: "SVID"
    }
  }

  /// What a model says about the same question.
  func decide(by model: AuthorizationModel) throws -> PolicyDecision {
    switch self.asked {
    case .call(let question): try model.mayCall(question)
    case .token(let question, let service): try model.mayIssueToken(question, for: service)
    case .svid(let question): try model.mayIssueSVID(question)
    }
  }

  /// The question in Cedar's terms.
  func question(to model: AuthorizationModel) throws -> PolicyQuestion {
    switch self.asked {
    case .call(let question): try model.question(question)
    case .token(let question, let service): try model.tokenQuestion(question, for: service)
    case .svid(let question): try model.svidQuestion(question)
    }
  }

  private static func call(
    _ event: AuditEvent, _ world: ReviewedWorld
  ) throws(NotReplayable) -> CallQuestion {
    guard let request = event.request, let service = request.service, let method = request.method,
      let path = request.path, let source = request.source
    else { throw NotReplayable("the request was recorded in short form") }
    guard event.workload != nil || path.utf8.count < Self.longestAnonymousPath else {
      throw NotReplayable("only the beginning of the path was recorded")
    }
    guard let contract = world.contracts[service] else {
      throw NotReplayable("there is no service `\(service)` any more")
    }
    // The operation is what was decided about; its parameters are not recorded, and in the path.
    let (operation, parameters) = Self.match(contract, method: method, path: path)
    guard operation == request.operation else {
      throw NotReplayable("the contract of `\(service)` reads the path differently by now")
    }
    return CallQuestion(
      spiffeID: event.workload, service: service, operation: operation ?? "",
      scopes: event.credential?.scopes ?? [], method: method, path: path, parameters: parameters,
      source: source, now: event.time.seconds)
  }

  private static func match(
    _ contract: Contract, method: String, path: String
  ) -> (operation: String?, parameters: [String: String]) {
    guard
      case .operation(let operation, let parameters) = contract.match(
        method: method, path: path)
    else { return (nil, [:]) }
    return (operation.id, parameters)
  }

  private static func issue(
    _ event: AuditEvent, _ world: ReviewedWorld
  ) throws(NotReplayable) -> Asked {
    guard let workload = event.workload, let evidence = event.evidence, let issue = event.issue
    else { throw NotReplayable("what was asked for was not recorded") }
    let question = IssueQuestion(
      spiffeID: workload, scopes: issue.scopes, attestor: evidence.attestor, node: evidence.node,
      facts: evidence.facts.mapValues(Set.init), now: event.time.seconds)
    guard let service = issue.service else { return .svid(question) }
    guard world.contracts[service] != nil else {
      throw NotReplayable("there is no service `\(service)` any more")
    }
    return .token(question, service: service)
  }

  /// What gateways write of a caller whom nobody vouches for.
  private static let longestAnonymousPath = 256
}

/// Why a recorded decision cannot be made again.
struct NotReplayable: Error, Hashable, Sendable {
  let reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}
