package import AuditStore
import ServiceLifecycle

/// Seals the gateway's log while the gateway runs, and closes it cleanly at the end.
package struct AuditLogService: Service {
  private let store: AuditStore

  package init(_ store: AuditStore) {
    self.store = store
  }

  package func run() async throws {
    try await cancelWhenGracefulShutdown { try await self.store.run() }
    try await self.store.close()
  }
}
