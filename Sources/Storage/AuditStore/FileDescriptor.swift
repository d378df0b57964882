import Glibc

/// An open file, closed when it is let go of.
final class FileDescriptor: Sendable {
  let path: String
  private let number: Int32

  /// Opens a file; a symbolic link in its place is refused.
  init(path: String, flags: Int32, mode: mode_t = 0o640, followsLink: Bool = false) throws {
    self.path = path
    number = Glibc.open(path, flags | O_CLOEXEC | (followsLink ? 0 : O_NOFOLLOW), mode)
    if number < 0 { throw FileError(path, "open") }
  }

  deinit { _ = Glibc.close(number) }

  func status() throws -> stat {
    var status = stat()
    if fstat(number, &status) != 0 { throw FileError(path, "stat") }
    return status
  }

  /// At most `count` bytes from `offset` on; fewer only at the end of the file.
  func read(from offset: UInt64, count: Int) throws -> [UInt8] {
    guard var position = off_t(exactly: offset) else { return [] }
    let size = UInt64(max(0, try status().st_size))
    let available = size > offset ? Int(clamping: size - offset) : 0
    let wanted = min(max(0, count), available)
    if wanted == 0 { return [] }
    return try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      while filled < wanted {
        let rest = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[filled..<wanted])
        let got = pread(number, rest.baseAddress, rest.count, position)
        if got < 0 {
          if errno == EINTR { continue }
          throw FileError(path, "read")
        }
        if got == 0 { return }
        filled += got
        position += off_t(got)
      }
    }
  }

  func write(_ bytes: [UInt8], at offset: UInt64) throws {
    guard var position = off_t(exactly: offset) else {
      throw FileError(path, "write", number: EFBIG)
    }
    try bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let part = UnsafeRawBufferPointer(rebasing: rest)
        let put = pwrite(number, part.baseAddress, part.count, position)
        if put < 0 {
          if errno == EINTR { continue }
          throw FileError(path, "write")
        }
        rest = rest.dropFirst(put)
        position += off_t(put)
      }
    }
  }

  /// Makes the content, and the length with it, durable.
  func syncData() throws {
    if fdatasync(number) != 0 { throw FileError(path, "fdatasync") }
  }

  func sync() throws {
    if fsync(number) != 0 { throw FileError(path, "fsync") }
  }

  func truncate(to length: UInt64) throws {
    if ftruncate(number, off_t(clamping: length)) != 0 { throw FileError(path, "truncate") }
  }

  /// Takes the lock of this file for the life of the process; false if another process has it.
  ///
  /// Waits up to five seconds for a writer that is just ending. The same goes for a child that is
  /// being spawned: until it executes its program it holds what its parent has.
  func lock() throws -> Bool {
    for _ in 0..<Self.lockAttempts {
      if flock(number, LOCK_EX | LOCK_NB) == 0 { return true }
      guard errno == EWOULDBLOCK else { throw FileError(path, "lock") }
      usleep(Self.lockPause)
    }
    return false
  }

  private static let lockAttempts = 100
  private static let lockPause: useconds_t = 50_000

  static func syncFolder(_ path: String) throws {
    try FileDescriptor(path: path, flags: O_RDONLY | O_DIRECTORY, followsLink: true).sync()
  }
}

extension FileError {
  init(_ path: String, _ operation: String, number: Int32 = errno) {
    self.init(
      path: path, operation: operation, number: number, reason: String(cString: strerror(number)))
  }
}
