import Foundation
import Glibc
import Testing

/// A real nginx in a temporary folder, on a Unix socket there, before a second one that answers.
///
/// Its access log says how it read each request: proxying makes it read bodies, whatever they are.
final class NginxServer {
  private let folder: String
  private let process = Process()
  private var logged = 0

  init() throws {
    var template = Array("/tmp/gatehouse-nginx-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
    }
    folder = try #require(made)
    try Self.configuration(in: folder).write(
      toFile: "\(folder)/nginx.conf", atomically: true, encoding: .utf8)
    let paths = ["/usr/sbin/nginx", "/usr/bin/nginx"]
    let nginx = try #require(
      paths.first { FileManager.default.isExecutableFile(atPath: $0) },
      "nginx must be installed: `make prepare` does it")
    // nginx dies with the test, however that ends.
    process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
    process.arguments = [
      "--pdeathsig", "KILL", nginx, "-p", folder, "-c", "\(folder)/nginx.conf", "-e", "stderr",
    ]
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    // Its first notice comes once it listens.
    let first = errors.fileHandleForReading.availableData
    try #require(!first.isEmpty, "nginx did not start")
  }

  /// The signals that this thread blocks are blocked in nginx too, so it is killed.
  func stop() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Sockets lie where nginx would not look by itself: relative to its working folder.
  private static func configuration(in folder: String) -> String {
    """
    daemon off;
    master_process off;
    pid nginx.pid;
    error_log stderr notice;
    events { worker_connections 64; }
    http {
      log_format reading escape=json
        '{"method":"$request_method","target":"$request_uri","host":"$http_host",'
        '"body":"$request_body","status":"$status","line":"$request"}';
      access_log access.log reading;
      client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
      uwsgi_temp_path uwsgi; scgi_temp_path scgi;
      client_body_buffer_size 64k;
      proxy_ignore_client_abort on;
      lingering_close off;
      server {
        listen unix:\(folder)/front.sock;
        location / { proxy_pass http://unix:\(folder)/back.sock:; }
      }
      server {
        listen unix:\(folder)/back.sock;
        access_log off;
        location / { return 200 "ok"; }
      }
    }
    """
  }
}

extension NginxServer {
  /// One line of the access log.
  private struct Entry: Decodable {
    let method: String
    let target: String
    let host: String
    let body: String
    let status: String
    let line: String
  }

  /// Sends the bytes on a connection of their own and says how nginx read them.
  func reading(_ bytes: [UInt8]) throws -> ConnectionReading {
    try send(bytes)
    let log = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/access.log"))
    let lines = String(decoding: log, as: UTF8.self).split(separator: "\n").dropFirst(logged)
    logged += lines.count
    var reading = ConnectionReading()
    for line in lines {
      let entry = try JSONDecoder().decode(Entry.self, from: Data(line.utf8))
      guard entry.status == "200" else {
        reading.end = .refusal(entry.status)
        break
      }
      reading.requests.append(
        ReadRequest(
          method: entry.method, target: entry.target, host: entry.host.lowercased(),
          body: Array(entry.body.utf8)))
    }
    return reading
  }

  /// Returns once nginx has closed the connection, which is after it has logged its requests: it does not
  /// linger, which would be before that.
  private func send(_ bytes: [UInt8]) throws {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var limit = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) {
      $0.copyBytes(from: "\(folder)/front.sock".utf8)
    }
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(connected == 0)
    _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    shutdown(descriptor, Int32(SHUT_WR))
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var received = 1
    while received > 0 { received = recv(descriptor, &buffer, buffer.count, 0) }
    try #require(received == 0 || errno == ECONNRESET, "nginx did not close the connection")
  }
}
