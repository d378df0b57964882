import Audit
import Credentials
import Distribution
import EventIndex
import RecordStore
import SPIFFE
import TransparencyLog

/// The log of one gateway as the server knows it: registered with its key at the first session, so
/// that nobody can exchange it later.
struct GatewayLog: Sendable {
  let gateway: SPIFFEID
  let origin: String
  private let key: NoteVerifierKey

  static func register(
    origin: String, publicKey: String, gateway: SPIFFEID, in keeper: WorldKeeper,
    index: any EventIndex
  ) async throws -> GatewayLog {
    let key = try NoteVerifierKey(text: publicKey)
    guard key.name == origin else {
      throw AdministrationError(.invalid, "the key of a gateway's log does not bear its origin")
    }
    let isInUse = try await index.lastPosition(of: origin) != nil
    _ = try await keeper.change { _, image, transaction in
      let record = GatewayRecord(logOrigin: origin, logPublicKey: publicKey)
      if let stored = image[RecordForm.gateway, gateway.description] {
        guard try GatewayRecord(bytes: stored.value) == record else {
          throw AdministrationError(
            .conflict,
            "\(gateway) is registered with another log or key: give it its key file back, "
              + "or give the new one a SPIFFE ID of its own")
        }
      } else {
        let others = try image.all(RecordForm.gateway).map {
          try GatewayRecord(bytes: $0.record.value).logOrigin
        }
        // Under the origin of another log, the server's own included, it could hide its events.
        guard !isInUse, !others.contains(origin) else {
          throw AdministrationError(
            .conflict, "another log has the origin that \(gateway) wants; give it one of its own")
        }
        transaction.put(
          try RecordKey(form: RecordForm.gateway, name: gateway.description), record.bytes)
      }
    }
    return GatewayLog(gateway: gateway, origin: origin, key: key)
  }

  /// Writes a verified checkpoint of this log into the server's own.
  func anchor(_ text: String, in audit: any AuditTrail, now: Instant) async throws {
    let note = try UnverifiedNote(parsing: Array(text.utf8)).verified(by: [self.key])
    let checkpoint = try Checkpoint(note)
    guard checkpoint.origin == self.origin else {
      throw AdministrationError(.invalid, "a checkpoint is of another log")
    }
    var event = AuditEvent(
      type: .logAnchored, time: now, actor: .init(kind: .gateway, id: self.gateway.description))
    event.subject = .init(
      kind: "log", name: self.origin, change: "size \(checkpoint.size)",
      reason: "root \(checkpoint.root)")
    try await audit.record([event])
  }
}
