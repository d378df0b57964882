/// Keeps keys and certificates fresh for as long as the server runs.
package struct Upkeep: Sendable {
  let rotation: KeyRotation
  let authority: CertificateAuthority
  let keeper: WorldKeeper
  let timing: Timing
  let warn: @Sendable (String) -> Void

  /// Carries out what is due now.
  package func once() async throws {
    try await self.keeper.refresh()
    try await self.authority.run()
    try await self.rotation.run()
  }

  /// Looks after it again and again, until cancelled. Trouble is told and tried again.
  package func run() async throws {
    while true {
      try await self.timing.pause(Self.intervalMilliseconds)
      do {
        try await self.once()
      } catch is CancellationError {
        return
      } catch {
        self.warn("keys could not be renewed, and this is tried again: \(error)")
      }
    }
  }

  private static let intervalMilliseconds: Int64 = 10_000
}
