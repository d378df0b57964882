package import Distribution
import FoundationEssentials

extension GatewayReport {
  /// `nil` for a report of a later version.
  package init?(_ wire: Gatehouse_Feed_V1_Report) {
    switch wire.content {
    case .hello(let hello):
      self = .hello(
        name: hello.name, logOrigin: hello.logOrigin, logPublicKey: hello.logPublicKey)
    case .acknowledged(let acknowledged): self = .acknowledged(revision: acknowledged.revision)
    case .events(let events):
      self = .events(
        events.events.map { ShippedEvent(position: $0.position, line: Array($0.line)) })
    case .checkpoint(let checkpoint): self = .checkpoint(text: checkpoint.text)
    case .seen(let seen): self = .seen(seen.credentials.map(SeenCredential.init))
    case .flushed(let flushed): self = .flushed(id: flushed.id)
    case .rejected(let rejected):
      self = .rejected(revision: rejected.revision, reason: rejected.reason)
    case nil: return nil
    }
  }

  package var wire: Gatehouse_Feed_V1_Report {
    var report = Gatehouse_Feed_V1_Report()
    switch self {
    case .hello(let name, let logOrigin, let logPublicKey):
      report.hello.name = name
      report.hello.logOrigin = logOrigin
      report.hello.logPublicKey = logPublicKey
    case .acknowledged(let revision): report.acknowledged.revision = revision
    case .events(let events):
      report.events.events = events.map { event in
        var wire = Gatehouse_Feed_V1_Event()
        wire.position = event.position
        wire.line = Data(event.line)
        return wire
      }
    case .checkpoint(let text): report.checkpoint.text = text
    case .seen(let credentials): report.seen.credentials = credentials.map(\.wire)
    case .flushed(let id): report.flushed.id = id
    case .rejected(let revision, let reason):
      report.rejected.revision = revision
      report.rejected.reason = reason
    }
    return report
  }
}

extension SeenCredential {
  fileprivate init(_ wire: Gatehouse_Feed_V1_SeenCredential) {
    self.init(
      id: wire.id, digest: wire.digest, keyID: wire.keyID, workload: wire.workload,
      requestID: wire.requestID, expiresAt: wire.expiresAt)
  }

  fileprivate var wire: Gatehouse_Feed_V1_SeenCredential {
    var credential = Gatehouse_Feed_V1_SeenCredential()
    credential.id = self.id
    credential.digest = self.digest
    credential.keyID = self.keyID
    credential.workload = self.workload
    credential.requestID = self.requestID
    credential.expiresAt = self.expiresAt
    return credential
  }
}
