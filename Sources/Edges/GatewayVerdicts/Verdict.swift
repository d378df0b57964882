import Credentials
import HTTPMessages
import Inspection

/// What a proxy is told about a request that it asked about.
struct Verdict: Sendable {
  enum Outcome: Sendable {
    case allowed(Permit)
    case refused(Refusal)
  }

  let outcome: Outcome
  /// Ours, under which the log knows the request.
  let requestID: String
  /// As it was read; nil when it could not be.
  let head: RequestHead?
  /// Checks of the contract that were not made, because the body was not seen.
  let unchecked: [String]

  /// The fields that tell the service who asks.
  var identity: [(name: String, value: String)] {
    guard case .allowed(let permit) = self.outcome else { return [] }
    var fields = [(FieldName.requestID, self.requestID)]
    if let principal = permit.caller.credential?.principal {
      fields.append((FieldName.subject, principal.description))
    }
    return fields
  }

  enum FieldName {
    static let requestID = "gatehouse-request-id"
    static let subject = "gatehouse-subject"
    static let unchecked = "gatehouse-unchecked"
    static let status = "gatehouse-status"
  }

  /// The fields that an answer with a refusal has.
  static func fields(_ refusal: Refusal, requestID: String) -> [(name: String, value: String)] {
    [
      ("content-type", Problem.mediaType), ("cache-control", "no-store"),
      ("x-request-id", requestID),
    ] + refusal.fields.map { ($0.name.lowercased(), $0.value) }
  }
}
