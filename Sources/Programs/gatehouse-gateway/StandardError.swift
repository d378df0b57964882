import Glibc

/// Lines for whoever started the gateway.
enum StandardError {
  static func write(_ line: String) {
    var rest = Array("gatehouse-gateway: \(line)\n".utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
