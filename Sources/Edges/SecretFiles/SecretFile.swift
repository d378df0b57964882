import Glibc

/// A file of one secret that only its owner may read.
package struct SecretFile: Sendable {
  package let path: String
  /// What it holds, for messages: `the key-encryption key`.
  package let purpose: String

  package init(path: String, purpose: String) {
    self.path = path
    self.purpose = purpose
  }

  /// The bytes of the file, or `nil` when there is none.
  /// - Throws: `SecretFileError` unless it is a regular file of this user with mode 0600 and the
  ///   expected length.
  package func read(length: Int) throws(SecretFileError) -> [UInt8]? {
    guard let descriptor = try self.open() else { return nil }
    defer { close(descriptor) }
    try self.check(descriptor)
    var bytes = [UInt8](repeating: 0, count: length + 1)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count == length else {
      throw self.error("holds \(max(count, 0)) bytes, not \(length): put the right file back")
    }
    return Array(bytes.prefix(length))
  }

  /// The bytes of the file, or `nil` when there is none.
  /// - Throws: `SecretFileError` unless it is a regular file of this user with mode 0600 that holds
  ///   something, and not more than the maximum.
  package func read(upTo maximum: Int) throws(SecretFileError) -> [UInt8]? {
    guard let descriptor = try self.open() else { return nil }
    defer { close(descriptor) }
    try self.check(descriptor)
    var bytes = [UInt8](repeating: 0, count: maximum + 1)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count > 0, count <= maximum else {
      throw self.error("holds nothing, or more than \(maximum) bytes: put the right file back")
    }
    return Array(bytes.prefix(count))
  }

  private func open() throws(SecretFileError) -> Int32? {
    // Without O_NONBLOCK a named pipe in the file's place would hold the start up for ever.
    let descriptor = Glibc.open(self.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    if descriptor >= 0 { return descriptor }
    if errno == ENOENT { return nil }
    throw self.error("cannot be opened (\(String(cString: strerror(errno))))")
  }

  /// Writes a new file; an existing one is left as it is.
  /// - Throws: `SecretFileError` when it exists or cannot be written; then nothing is left behind.
  package func create(_ bytes: [UInt8]) throws(SecretFileError) {
    let temporary = self.path + ".new"
    unlink(temporary)
    let descriptor = Glibc.open(
      temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw self.error("cannot be created (\(String(cString: strerror(errno))))")
    }
    // The umask may have taken bits away; a file without them would be refused when it is read.
    let moded = fchmod(descriptor, 0o600)
    let written = Glibc.write(descriptor, bytes, bytes.count)
    let synced = fsync(descriptor)
    close(descriptor)
    // `link` rather than `rename`: a key that is already there is never replaced.
    guard moded == 0, written == bytes.count, synced == 0, link(temporary, self.path) == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(temporary)
      throw self.error("cannot be written (\(reason))")
    }
    unlink(temporary)
    try self.syncFolder()
  }

  /// Makes the file's name durable too: what is sealed with the secret must not outlast it.
  private func syncFolder() throws(SecretFileError) {
    let folder = self.path.lastIndex(of: "/").map { String(self.path[...$0]) } ?? "."
    let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw self.error("cannot be made durable (\(String(cString: strerror(errno))))")
    }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else {
      throw self.error("cannot be made durable (\(String(cString: strerror(errno))))")
    }
  }

  private func check(_ descriptor: Int32) throws(SecretFileError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw self.error("is not a regular file")
    }
    guard status.st_uid == geteuid() else {
      throw self.error(
        "belongs to uid \(status.st_uid), not to uid \(geteuid()): run as its owner, or `chown` it")
    }
    let mode = status.st_mode & 0o7777
    guard mode == 0o600 else {
      throw self.error(
        "has mode 0\(String(mode, radix: 8)): others may have read it; if nobody did, "
          + "`chmod 600 \(self.path)`")
    }
  }

  private func error(_ text: String) -> SecretFileError {
    SecretFileError(description: "\(self.purpose) \(self.path) \(text)")
  }
}
