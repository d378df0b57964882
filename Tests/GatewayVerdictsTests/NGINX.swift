import Foundation
import NIOCore
import NIOPosix
import Subprocess
import SystemPackage
import Testing

/// A real NGINX that asks for verdicts as docs/verdicts.md tells it to, and a service behind it that says what it sees.
enum NGINX {
  private static let program = "/usr/sbin/nginx"

  /// Where the tests must not be left out, a missing program fails them.
  static var isAvailable: Bool {
    FileManager.default.isExecutableFile(atPath: Self.program)
      || ProcessInfo.processInfo.environment["CI"] == "true"
  }

  private static func configuration(folder: String, verdicts: Int) throws -> String {
    let locations = try Documentation.blocks(
      of: "NGINX",
      changing: [
        "http://orders;": "http://unix:\(folder)/back.sock;",
        "127.0.0.1:9180": "127.0.0.1:\(verdicts)",
      ]
    ).joined()
    return """
      daemon off; master_process off; pid \(folder)/nginx.pid; error_log \(folder)/error.log;
      events {}
      http {
        access_log off;
        client_body_temp_path \(folder)/body; proxy_temp_path \(folder)/proxy;
        fastcgi_temp_path \(folder)/f; uwsgi_temp_path \(folder)/u; scgi_temp_path \(folder)/s;
        server {
          listen unix:\(folder)/front.sock;
          \(locations)
        }
        server {
          listen unix:\(folder)/back.sock;
          location / {
            return 200 "$request_method|$request_uri|$http_gatehouse_subject|$http_gatehouse_request_id";
          }
        }
      }
      """
  }

  /// - Parameter body: receives the address that clients connect to.
  static func run(
    folder: String, verdicts: Int, _ body: @escaping @Sendable (SocketAddress) async throws -> Void
  ) async throws {
    let file = folder + "/nginx.conf"
    try Self.configuration(folder: folder, verdicts: verdicts)
      .write(toFile: file, atomically: true, encoding: .utf8)
    let result = try await Subprocess.run(
      .path(FilePath(Self.program)), arguments: ["-c", file, "-p", folder],
      input: .none, output: .discarded, error: .string(limit: 1 << 16)
    ) { execution in
      defer { try? execution.send(signal: .terminate) }
      let front = try SocketAddress(unixDomainSocketPath: folder + "/front.sock")
      try await Self.awaitListener(front)
      try await body(front)
    }
    #expect(result.terminationStatus.isSuccess, "\(result.standardError)")
  }

  private static func awaitListener(_ address: SocketAddress) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(20)
    while true {
      do {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
          .connect(to: address).get()
        return try await channel.close()
      } catch  where clock.now < deadline {
        try await clock.sleep(for: .milliseconds(20))
      }
    }
  }
}
