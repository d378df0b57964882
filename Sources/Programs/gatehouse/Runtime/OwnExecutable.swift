import Glibc

/// Where this program was started from.
enum OwnExecutable {
  static var uid: UInt32 { geteuid() }

  static func path() throws -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0, count < buffer.count else {
      throw CommandFailure("cannot find this program's own file")
    }
    return String(decoding: buffer.prefix(count), as: UTF8.self)
  }

  /// Another of our programs, in the same folder.
  static func sibling(_ name: String) throws -> String {
    let own = try self.path()
    let folder = own[..<(own.lastIndex(of: "/") ?? own.startIndex)]
    let path = "\(folder)/\(name)"
    guard access(path, X_OK) == 0 else {
      throw CommandFailure("\(path) is missing: build it with `swift build --product \(name)`")
    }
    return path
  }
}

/// Whether somebody answers on an address.
enum PortProbe {
  static func isAnswered(_ address: ListenAddress) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = in_port_t(UInt16(truncatingIfNeeded: address.port).bigEndian)
    inet_pton(AF_INET, address.host, &name.sin_addr)
    return withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
