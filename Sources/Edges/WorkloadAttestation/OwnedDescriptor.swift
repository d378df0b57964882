import Glibc

/// A file descriptor that is closed with its owner.
struct OwnedDescriptor: ~Copyable {
  let rawValue: Int32

  init(_ rawValue: Int32) {
    self.rawValue = rawValue
  }

  deinit { _ = close(self.rawValue) }

  /// Reads up to the end, or `nil` when it cannot be read or is longer than the limit.
  borrowing func readAll(upTo limit: Int) -> [UInt8]? {
    var content: [UInt8] = []
    while content.count <= limit {
      guard let chunk = self.readChunk(of: 16 * 1024) else { return nil }
      if chunk.isEmpty { return content }
      content += chunk
    }
    return nil
  }

  /// The next bytes, none at the end, or `nil` when it cannot be read.
  borrowing func readChunk(of size: Int) -> [UInt8]? {
    let descriptor = self.rawValue
    var count = 0
    let chunk = [UInt8](unsafeUninitializedCapacity: size) { buffer, initializedCount in
      repeat {
        count = read(descriptor, buffer.baseAddress, buffer.count)
      } while count < 0 && errno == EINTR
      initializedCount = max(0, count)
    }
    return count < 0 ? nil : chunk
  }

  /// What is open, or `nil` when the kernel does not say.
  borrowing func status() -> stat? {
    var status = stat()
    return fstat(self.rawValue, &status) == 0 ? status : nil
  }
}
