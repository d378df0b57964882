import FoundationEssentials
import Glibc
import Testing

/// The real executables as processes of their own, over real sockets. One after the other: each test
/// runs a whole installation.
@Suite("The whole system", .serialized, .enabled(if: Executables.areBuilt, Executables.missing))
enum SystemTests {}

/// The programs under test, out of the folder of this very build.
enum Executables {
  static let gatehouse = Self.path("gatehouse")
  static let gateway = Self.path("gatehouse-gateway")
  /// This process's own file, as the kernel names it.
  static let tests = Self.link("/proc/self/exe")

  static let missing: Comment = "the programs are not built: `swift build`, or set GATEHOUSE_BIN"

  /// Where the tests must not be left out, missing programs fail them.
  static var areBuilt: Bool {
    access(Self.gatehouse, X_OK) == 0 && access(Self.gateway, X_OK) == 0
      || Environment.isContinuousIntegration
  }

  static var packageRoot: String {
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
      .joined(separator: "/")
  }

  private static func path(_ name: String) -> String {
    let own = Self.link("/proc/self/exe")
    let beside = own.prefix(upTo: own.lastIndex(of: "/") ?? own.startIndex)
    let folders =
      [Environment.value("GATEHOUSE_BIN")].compactMap(\.self)
      + [String(beside), "\(Self.packageRoot)/.build/debug"]
    let found = folders.first { access("\($0)/\(name)", X_OK) == 0 }
    return Self.real("\(found ?? folders[0])/\(name)")
  }

  private static func real(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func link(_ path: String) -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = readlink(path, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }
}

/// What the environment asks of the tests.
enum Environment {
  static func value(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  static var isContinuousIntegration: Bool { Self.value("CI") == "true" }

  /// How often `kill -9` falls.
  static var kills: Int {
    Self.value("GATEHOUSE_KILLS").flatMap(Int.init) ?? (Self.isContinuousIntegration ? 50 : 5)
  }

  /// The environment of child processes: nothing of an installation that runs here anyway.
  static var inherited: [String: String] {
    ProcessInfo.processInfo.environment.filter { name, _ in
      !name.hasPrefix("GATEHOUSE_") && !name.hasPrefix("SPIFFE_")
    }
  }

  static var isRoot: Bool { geteuid() == 0 }
}

/// A test cannot go on; says why.
struct SystemFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
