import Foundation
import NIOCore
import NIOPosix
import Subprocess
import SystemPackage
import Testing

/// A real NGINX that asks for verdicts, and a service behind it that says what it sees.
enum NGINX {
  private static let program = "/usr/sbin/nginx"

  /// Where the tests must not be left out, a missing program fails them.
  static var isAvailable: Bool {
    FileManager.default.isExecutableFile(atPath: Self.program)
      || ProcessInfo.processInfo.environment["CI"] == "true"
  }

  /// What docs/verdicts.md tells operators to write.
  private static func configuration(folder: String, verdicts: Int) -> String {
    """
    daemon off; master_process off; pid \(folder)/nginx.pid; error_log \(folder)/error.log;
    events {}
    http {
      access_log off;
      client_body_temp_path \(folder)/body; proxy_temp_path \(folder)/proxy;
      fastcgi_temp_path \(folder)/f; uwsgi_temp_path \(folder)/u; scgi_temp_path \(folder)/s;
      server {
        listen unix:\(folder)/front.sock;
        location / {
          auth_request /_gatehouse;
          auth_request_set $gatehouse_subject $upstream_http_gatehouse_subject;
          auth_request_set $gatehouse_request_id $upstream_http_gatehouse_request_id;
          auth_request_set $gatehouse_challenge $upstream_http_www_authenticate;
          error_page 403 = @gatehouse_refused;
          proxy_set_header Gatehouse-Subject $gatehouse_subject;
          proxy_set_header Gatehouse-Request-Id $gatehouse_request_id;
          proxy_set_header Host $http_host;
          proxy_pass http://unix:\(folder)/back.sock;
        }
        location @gatehouse_refused {
          add_header WWW-Authenticate $gatehouse_challenge always;
          return 403;
        }
        location = /_gatehouse {
          internal;
          proxy_pass http://127.0.0.1:\(verdicts)/v1/verdict;
          proxy_pass_request_body off;
          proxy_set_header Content-Length "";
          proxy_set_header Host $http_host;
          proxy_set_header X-Original-Method $request_method;
          proxy_set_header X-Original-URI $request_uri;
          proxy_set_header X-Original-Content-Length $content_length;
          proxy_set_header X-Original-Proto $scheme;
          proxy_set_header X-Real-IP $remote_addr;
        }
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
