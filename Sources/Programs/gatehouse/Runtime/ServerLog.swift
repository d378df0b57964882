import AuditStore
import ControlPlane
import Credentials
import Crypto
import Distribution
import EventIndex
import JOSE
import KeyCustody
import Logging
import RecordStore
import ServiceLifecycle

/// The server's audit log: opened, followed by the index, and closed cleanly at the end.
struct ServerLog: Service {
  let store: AuditStore
  let trail: LoggedAuditTrail
  let logger: Logger

  static func open(
    _ folder: StateFolder, origin: String, key: [UInt8], index: any EventIndex, logger: Logger
  ) async throws -> ServerLog {
    let clock = SystemClock()
    let store = try await AuditStore.open(
      AuditStore.Configuration(
        folder: folder.log("server"), scratch: folder.spool("server"), origin: origin,
        signingKey: key, now: { UInt64(max(0, clock.now().milliseconds)) },
        clock: ContinuousClock()))
    let report = store.recovery
    if report.recoveredEvents > 0 || report.quarantine != nil {
      logger.warning(
        "the log was not closed the last time; its tail was taken over",
        metadata: [
          "events": "\(report.recoveredEvents)",
          "quarantined": "\(report.quarantine?.path ?? "nothing")",
        ])
    }
    let trail = LoggedAuditTrail(store: store, index: index)
    try await trail.catchUp()
    return ServerLog(store: store, trail: trail, logger: logger)
  }

  /// Seals and indexes what is recorded until shutdown, then closes the log.
  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await cancelWhenGracefulShutdown { try await self.store.run() } }
      group.addTask { await cancelWhenGracefulShutdown { await self.follow() } }
      try await group.waitForAll()
    }
    try await self.store.close()
  }

  private func follow() async {
    while !Task.isCancelled {
      do {
        try await Task.sleep(for: .seconds(1))
        try await self.trail.catchUp()
      } catch is CancellationError {
        return
      } catch {
        self.logger.error("the index cannot follow the log", metadata: ["error": "\(error)"])
      }
    }
  }

  /// The key that signs the log's checkpoints, sealed among the records.
  static func key(_ store: any RecordStore, custodian: KeyEncryptionKey) async throws -> [UInt8] {
    let name = try RecordKey(form: RecordForm.sealedKey, name: "log-server")
    let context = "log/server"
    if let record = try await store.get(name) {
      let sealed = try Base64URL.decode(SettingRecord(bytes: record.value).value)
      return try custodian.open(sealed, context: context)
    }
    let key = Array(Curve25519.Signing.PrivateKey().rawRepresentation)
    let sealed = try custodian.seal(key, context: context)
    var transaction = RecordTransaction()
    transaction.put(
      name, SettingRecord(value: Base64URL.encode(sealed)).bytes, expecting: nil)
    _ = try await store.commit(transaction)
    return key
  }
}
