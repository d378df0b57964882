import Glibc

/// A connected stream socket that blocks, with a limit on how long.
struct Socket: ~Copyable {
  private let descriptor: Int32

  private init(_ descriptor: Int32) {
    self.descriptor = descriptor
    var limit = timeval(tv_sec: 30, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
  }

  deinit { close(self.descriptor) }

  init(to address: SocketAddress) throws {
    switch address {
    case .tcp(let endpoint): self = try Self.tcp(endpoint)
    case .unix(let path): self = try Self.unix(path)
    }
  }

  private static func tcp(_ endpoint: Endpoint) throws -> Socket {
    let descriptor = socket(AF_INET, Self.type, 0)
    guard descriptor >= 0 else { throw Self.failure("socket") }
    let connected = Socket(descriptor)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = in_port_t(UInt16(truncatingIfNeeded: endpoint.port).bigEndian)
    inet_pton(AF_INET, endpoint.host, &name.sin_addr)
    let isConnected = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else { throw Self.failure("connect to \(endpoint)") }
    return connected
  }

  private static func unix(_ path: String) throws -> Socket {
    let descriptor = socket(AF_UNIX, Self.type, 0)
    guard descriptor >= 0 else { throw Self.failure("socket") }
    let connected = Socket(descriptor)
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: name.sun_path) else {
      throw SystemFailure("the socket path \(path) is too long")
    }
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
    let isConnected = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    guard isConnected else { throw Self.failure("connect to \(path)") }
    return connected
  }

  func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Self.failure("send") }
      rest = rest.dropFirst(count)
    }
  }

  /// What has arrived, at least a byte; empty at the end of the stream.
  func receive() throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = recv(self.descriptor, &bytes, bytes.count, 0)
    guard count >= 0 else { throw Self.failure("receive") }
    return Array(bytes.prefix(count))
  }

  private static var type: Int32 {
    Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
  }

  private static func failure(_ what: String) -> SystemFailure {
    SystemFailure("\(what): \(String(cString: strerror(errno)))")
  }
}

enum SocketAddress: Sendable {
  case tcp(Endpoint)
  case unix(String)
}

/// An IPv4 address and port.
struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  let host: String
  let port: Int

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads `http://host:port`.
  init(url: String) {
    let parts = url.split(separator: "/").last?.split(separator: ":") ?? []
    self.init(
      host: parts.first.map(String.init) ?? "", port: parts.last.flatMap { Int($0) } ?? 0)
  }

  var description: String { "\(self.host):\(self.port)" }
}
