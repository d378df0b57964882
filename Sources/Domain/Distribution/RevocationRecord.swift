package import Credentials
package import SPIFFE
import StrictJSON

/// One act of revocation.
package struct RevocationRecord: Hashable, Sendable {
  package enum Subject: Hashable, Sendable {
    case credential(CredentialID)
    case workload(SPIFFEID)
    case node(String)
    case key(String)
    case issuedBefore
  }
  package var subject: Subject
  /// Unix seconds: what was issued in this second or earlier is refused. For credentials and keys it
  /// is the time of the act.
  package var cutoff: Int64
  /// Credentials refused by identifier: the named one with its descendants, or all of a node.
  package var credentials: [CredentialID]
  package var reason: String
  package var by: String
  package var time: Instant

  package init(
    subject: Subject, cutoff: Int64, credentials: [CredentialID], reason: String, by: String,
    time: Instant
  ) {
    self.subject = subject
    self.cutoff = cutoff
    self.credentials = credentials
    self.reason = reason
    self.by = by
    self.time = time
  }

  package init(bytes: [UInt8]) throws(UnreadableRecord) {
    let reader = try RecordReader(bytes)
    self.cutoff = try reader.integer("cutoff")
    self.reason = try reader.string("reason")
    self.by = try reader.string("by")
    self.subject = try Self.subject(reader)
    var credentials: [CredentialID] = []
    for text in try reader.strings("credentials") {
      credentials.append(try Self.credential(text))
    }
    self.credentials = credentials
    guard let time = Instant(rfc3339: try reader.string("time")) else {
      throw UnreadableRecord("a revocation's time is not one")
    }
    self.time = time
  }

  package var bytes: [UInt8] {
    let object: JSONObject = [
      "kind": .string(self.kind), "subject": .string(self.subjectText),
      "cutoff": .integer(self.cutoff),
      "credentials": .array(self.credentials.map { .string($0.description) }),
      "reason": .string(self.reason), "by": .string(self.by),
      "time": .string(self.time.description),
    ]
    return JSONValue.object(object).serialized()
  }

  /// `credential`, `workload`, `node`, `key` or `issued-before`.
  package var kind: String {
    switch self.subject {
    case .credential: "credential"
    case .workload: "workload"
    case .node: "node"
    case .key: "key"
    case .issuedBefore: "issued-before"
    }
  }

  package var subjectText: String {
    switch self.subject {
    case .credential(let id): id.description
    case .workload(let id): id.description
    case .node(let node): node
    case .key(let keyID): keyID
    case .issuedBefore: Instant(seconds: self.cutoff).description
    }
  }

  private static func subject(_ reader: RecordReader) throws(UnreadableRecord) -> Subject {
    let text = try reader.string("subject")
    switch try reader.string("kind") {
    case "credential": return .credential(try Self.credential(text))
    case "workload":
      do {
        return .workload(try SPIFFEID(parsing: text))
      } catch {
        throw UnreadableRecord("a revocation's workload is not a SPIFFE ID")
      }
    case "node": return .node(text)
    case "key": return .key(text)
    case "issued-before": return .issuedBefore
    default: throw UnreadableRecord("a revocation is of an unknown kind")
    }
  }

  private static func credential(_ text: String) throws(UnreadableRecord) -> CredentialID {
    do {
      return try CredentialID(text)
    } catch {
      throw UnreadableRecord("a revocation names something that is not a credential's id")
    }
  }
}

extension RevocationView {
  /// Adds one act of revocation to the view.
  package mutating func include(_ record: RevocationRecord) {
    self.credentials.formUnion(record.credentials)
    switch record.subject {
    case .credential(let id): self.credentials.insert(id)
    case .workload(let id):
      self.cutoffs[Principal(id), default: .min] = max(
        self.cutoffs[Principal(id)] ?? .min, record.cutoff)
    case .node: break
    case .key(let keyID): self.keys.insert(keyID)
    case .issuedBefore: self.issuedBefore = max(self.issuedBefore ?? .min, record.cutoff)
    }
  }
}
