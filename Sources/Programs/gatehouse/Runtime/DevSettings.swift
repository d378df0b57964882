import ControlPlane
import Distribution
import RecordStore
import SPIFFE

/// What a dev state remembers of its first start: its trust domain and its ports.
struct DevSettings: Sendable {
  let trustDomain: TrustDomain
  let api: ListenAddress
  let gateway: ListenAddress
  /// Of the token endpoint over mutual TLS.
  let mutualTLS: ListenAddress

  var issuer: String { "http://\(self.api)" }

  var mutualTLSURL: String { "https://\(self.mutualTLS)" }

  /// Flags first, then what the state remembers, then the defaults.
  static func settle(_ options: DevOptions, store: any RecordStore) async throws -> DevSettings {
    // Before anything is stored, since a state keeps the address of its first start.
    if let wanted = options.apiListen { try Self.checkLoopback(wanted) }
    let trustDomain = try await Self.trustDomain(options.trustDomain, store)
    let api = try await Self.address(
      options.apiListen, name: "api-listen", store: store, isFixed: true)
    try Self.checkLoopback(api)
    let gateway = try await Self.address(
      options.gatewayListen, name: "gateway-listen", store: store, isFixed: false)
    let mutualTLS = try await Self.address(
      options.mtlsListen, name: "mtls-listen", store: store, isFixed: false)
    return DevSettings(
      trustDomain: trustDomain, api: api, gateway: gateway, mutualTLS: mutualTLS)
  }

  private static func checkLoopback(_ api: ListenAddress) throws {
    guard api.isLoopback else {
      throw CommandFailure(
        "\(api) is not a loopback address: `gatehouse dev` speaks plain http and stays on this "
          + "machine")
    }
  }

  private static func trustDomain(
    _ flag: String?, _ store: any RecordStore
  ) async throws -> TrustDomain {
    let stored = try await Self.stored(RecordForm.Setting.trustDomain, store)
    if let flag, let stored, flag != stored {
      throw CommandFailure(
        "this state was made with trust domain \(stored), which cannot change: leave --trust-domain "
          + "out, or name an empty state folder")
    }
    let name = stored ?? flag ?? DevOptions.defaultTrustDomain
    do {
      return try TrustDomain(parsing: name)
    } catch {
      throw CommandFailure("`\(name)` is not a trust domain: \(error)")
    }
  }

  private static func address(
    _ flag: ListenAddress?, name: String, store: any RecordStore, isFixed: Bool
  ) async throws -> ListenAddress {
    let stored = try await Self.stored(name, store).flatMap(ListenAddress.init(argument:))
    let wanted = flag ?? stored ?? ListenAddress(host: "127.0.0.1", port: 0)
    if let stored, wanted.port == 0 || wanted == stored {
      try stored.awaitFree()
      return stored
    }
    if isFixed, let stored {
      throw CommandFailure(
        "this state was made with the control plane on \(stored), which is part of its issuer and "
          + "cannot change: leave --api-listen out, or name an empty state folder")
    }
    let settled = try wanted.settled()
    try settled.awaitFree()
    var transaction = RecordTransaction()
    transaction.put(
      try RecordKey(form: RecordForm.setting, name: name),
      SettingRecord(value: settled.description).bytes)
    _ = try await store.commit(transaction)
    return settled
  }

  private static func stored(_ name: String, _ store: any RecordStore) async throws -> String? {
    guard let record = try await store.get(RecordKey(form: RecordForm.setting, name: name)) else {
      return nil
    }
    return try SettingRecord(bytes: record.value).value
  }
}
