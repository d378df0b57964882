import Glibc

/// Reading small files whole.
enum CertificateFile {
  private static let maximumBytes = 1 << 20

  /// The bytes of the file, or `nil` if it cannot be read.
  static func read(_ path: String) throws(CertificateFault) -> [UInt8]? {
    // A named pipe at that path must not hold anybody up.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = piece.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      guard count > 0 else { return bytes }
      bytes += piece.prefix(count)
      guard bytes.count <= self.maximumBytes else { throw .fileTooLarge }
    }
  }
}
