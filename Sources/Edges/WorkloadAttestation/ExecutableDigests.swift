import Crypto
import FoundationEssentials
import Glibc
import Synchronization

/// SHA-256 of executables, each computed once while the file stays the same.
final class ExecutableDigests: Sendable {
  /// What tells whether a file is still the one that was read.
  struct FileVersion: Hashable {
    let device: UInt64
    let inode: UInt64
    let size: Int64
    let modified: TimeStamp
    let changed: TimeStamp

    init(_ status: stat) {
      self.device = UInt64(status.st_dev)
      self.inode = UInt64(status.st_ino)
      self.size = Int64(status.st_size)
      self.modified = TimeStamp(status.st_mtim)
      self.changed = TimeStamp(status.st_ctim)
    }

    func isSameFile(as other: stat) -> Bool {
      self.device == UInt64(other.st_dev) && self.inode == UInt64(other.st_ino)
    }
  }

  struct TimeStamp: Hashable {
    let seconds: Int
    let nanoseconds: Int

    init(_ time: timespec) {
      self.seconds = time.tv_sec
      self.nanoseconds = time.tv_nsec
    }
  }

  private static let maximumCount = 4096
  private static let chunkSize = 1024 * 1024

  private let maximumSize: Int64
  private let known = Mutex<[FileVersion: String]>([:])

  init(maximumSize: Int64) {
    self.maximumSize = maximumSize
  }

  /// 64 lower-case hexadecimal digits, or `nil` for a file that is too large, cannot be read, or
  /// changes while it is read.
  func digest(of file: borrowing OwnedDescriptor, _ version: FileVersion) async -> String? {
    if let digest = self.known.withLock({ $0[version] }) { return digest }
    guard version.size <= self.maximumSize,
      let digest = await self.read(file, version),
      let after = file.status(), FileVersion(after) == version
    else { return nil }
    self.known.withLock { known in
      if known.count >= Self.maximumCount { _ = known.popFirst() }
      known[version] = digest
    }
    return digest
  }

  private func read(
    _ file: borrowing OwnedDescriptor, _ version: FileVersion
  ) async -> String? {
    var hasher = SHA256()
    var remaining = version.size
    while remaining >= 0 {
      guard let chunk = file.readChunk(of: Self.chunkSize) else { return nil }
      if chunk.isEmpty { return Self.hexadecimal(hasher.finalize()) }
      hasher.update(data: chunk)
      remaining -= Int64(chunk.count)
      // A large executable must not keep others from being attested.
      await Task.yield()
    }
    return nil
  }

  private static func hexadecimal(_ digest: SHA256.Digest) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0x0F)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
