import FoundationEssentials

/// Where the parts of Gatehouse are: from flags, else the environment, else `dev.env`.
struct Settings {
  enum Name: String, CaseIterable {
    case url = "GATEHOUSE_URL"
    case issuer = "GATEHOUSE_ISSUER"
    case trustDomain = "GATEHOUSE_TRUST_DOMAIN"
    case adminSocket = "GATEHOUSE_ADMIN_SOCKET"
    case workloadSocket = "SPIFFE_ENDPOINT_SOCKET"

    /// The flag that sets it.
    var flag: String {
      switch self {
      case .url: "--server-url"
      case .issuer: "--issuer"
      case .trustDomain: "--trust-domain"
      case .adminSocket: "--admin-socket"
      case .workloadSocket: "--workload-socket"
      }
    }
  }

  private let environment: [String: String]
  let dev: DevEnvironment?

  init(environment: [String: String], dev: DevEnvironment?) {
    self.environment = environment
    self.dev = dev
  }

  /// The settings of this process.
  static func current() throws -> Settings {
    Settings(
      environment: ProcessInfo.processInfo.environment,
      dev: try DevEnvironment.nearest(to: FileManager.default.currentDirectoryPath))
  }

  /// - Throws: `CommandFailure` that says how to set it.
  func value(_ name: Name, flag: String?) throws -> String {
    guard let value = self.optionalValue(name, flag: flag) else {
      throw CommandFailure(
        "\(name.rawValue) is not known: start `gatehouse dev` in this folder, "
          + "or give \(name.flag) or the variable")
    }
    return value
  }

  func optionalValue(_ name: Name, flag: String?) -> String? {
    [flag, self.environment[name.rawValue], self.dev?.values[name.rawValue]]
      .compactMap { $0 }.first { !$0.isEmpty }
  }
}
