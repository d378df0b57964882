import Glibc

/// How files and folders look from outside: while this is the same, so is what they hold.
package struct FileStamps: Hashable, Sendable {
  /// One file or folder, behind its symbolic links.
  fileprivate struct Entry: Hashable {
    let path: String
    let isFolder: Bool
    let device: UInt64
    let number: UInt64
    let size: Int64
    /// Nanoseconds; of the content, and of anything at all.
    let modified: Int64
    let changed: Int64
  }

  /// Also those that are not there, without an entry.
  private var paths: [String] = []
  private var entries: [Entry] = []

  /// Looks at files, and at folders with all that is in them but what begins with a dot.
  ///
  /// - Returns: `nil` if a folder cannot be read, or there is more than the limits allow.
  package init?(of paths: [String], limits: FileLimits = FileLimits()) {
    for path in paths {
      guard self.add(path, depth: 0, limits) else { return nil }
    }
  }

  /// The files that are looked at.
  package var count: Int { self.entries.count { !$0.isFolder } }

  private mutating func add(_ path: String, depth: Int, _ limits: FileLimits) -> Bool {
    guard self.paths.count <= 4 * limits.files, depth <= limits.folderDepth else { return false }
    self.paths.append(path)
    var status = stat()
    guard stat(path, &status) == 0 else { return true }
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    self.entries.append(Entry(path, status, isFolder: isFolder))
    guard isFolder else { return true }
    guard let names = try? BoundedFile.names(in: path) else { return false }
    let prefix = path.hasSuffix("/") ? path : "\(path)/"
    for name in names {
      // As with reading: a folder behind a symbolic link is not entered.
      if BoundedFile.isFolder(prefix + name, followingLinks: true),
        !BoundedFile.isFolder(prefix + name, followingLinks: false)
      {
        continue
      }
      guard self.add(prefix + name, depth: depth + 1, limits) else { return false }
    }
    return true
  }

  /// Whether somebody has one of the files open for writing, as far as the kernel tells: it does of
  /// files that are this process's user's own.
  package var isBeingWritten: Bool {
    self.entries.contains { !$0.isFolder && Self.isBeingWritten($0.path) }
  }

  /// A read lease is given only while nobody writes (fcntl(2), F_SETLEASE).
  private static func isBeingWritten(_ path: String) -> Bool {
    _ = self.toleratesLeaseBreaks
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    // Closing gives the lease back.
    defer { close(descriptor) }
    return fcntl(descriptor, self.setLease, Int32(F_RDLCK)) != 0 && errno == EAGAIN
  }

  private static let setLease: Int32 = 1024

  /// Whoever opens the file in that moment waits until the lease is gone, and we are told by a signal
  /// that would end the process.
  private static let toleratesLeaseBreaks: Bool = {
    signal(SIGIO, SIG_IGN)
    return true
  }()
}

extension FileStamps.Entry {
  fileprivate init(_ path: String, _ status: stat, isFolder: Bool) {
    self.path = path
    self.isFolder = isFolder
    self.device = UInt64(status.st_dev)
    self.number = UInt64(status.st_ino)
    self.size = Int64(status.st_size)
    self.modified = Self.nanoseconds(status.st_mtim)
    self.changed = Self.nanoseconds(status.st_ctim)
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
