import Glibc
import Synchronization

/// A log's folder on disk, with a scratch folder beside it, on the same file system.
///
/// The scratch folder holds the lock that keeps a second writer out, the file that is being
/// written before it is renamed into place, and `quarantine/`. Nothing of that is ever in the
/// log's folder itself.
package final class POSIXLogFiles: LogFiles {
  private let folder: POSIXLogFolder
  private let scratch: String
  private let lock: FileDescriptor
  private let segment = Mutex<FileDescriptor?>(nil)

  /// Makes both folders if they do not exist, and takes the lock.
  package init(folder: String, scratch: String) throws {
    guard !(scratch + "/").hasPrefix(folder + "/") else {
      throw AuditStoreError(.misconfigured, "the scratch folder must be outside of the log's")
    }
    self.folder = POSIXLogFolder(path: folder)
    self.scratch = scratch
    for path in [folder, scratch, scratch + "/quarantine"] { try Self.makeFolder(path) }
    lock = try FileDescriptor(path: scratch + "/lock", flags: O_RDWR | O_CREAT)
    guard try lock.lock() else {
      throw AuditStoreError(.locked, "another process writes the log in \(folder)")
    }
  }

  package func items() throws -> [FolderItem] { try folder.items() }

  package func read(_ path: String, from offset: UInt64, count: Int) throws -> [UInt8]? {
    try folder.read(path, from: offset, count: count)
  }

  package func append(_ bytes: [UInt8], to path: String, at offset: UInt64) throws {
    let file = try segmentFile(folder.absolute(path), in: path)
    try file.write(bytes, at: offset)
    try file.syncData()
  }

  package func replace(_ path: String, with bytes: [UInt8]) throws {
    let target = folder.absolute(path)
    let unfinished = scratch + "/unfinished"
    let file = try FileDescriptor(path: unfinished, flags: O_WRONLY | O_CREAT | O_TRUNC)
    try file.write(bytes, at: 0)
    try file.sync()
    try makeFolders(of: path)
    if rename(unfinished, target) != 0 { throw FileError(target, "rename a new file to it") }
    try FileDescriptor.syncFolder(Self.parent(of: target))
  }

  package func remove(_ path: String) throws {
    let target = folder.absolute(path)
    if unlink(target) == 0 || errno == ENOENT { return }
    guard errno == EISDIR else { throw FileError(target, "remove") }
    for name in try POSIXLogFolder(path: target).items().map(\.path) {
      if unlink("\(target)/\(name)") != 0, errno != ENOENT { throw FileError(target, "remove") }
    }
    if rmdir(target) != 0, errno != ENOENT { throw FileError(target, "remove") }
  }

  package func quarantine(_ path: String, from offset: UInt64) throws -> String {
    let file = try FileDescriptor(path: folder.absolute(path), flags: O_RDWR)
    let bytes = try file.read(from: offset, count: .max)
    let kept = try newQuarantineFile(named: "\(path.replacing("/", with: "-"))-\(offset)")
    try kept.write(bytes, at: 0)
    try kept.sync()
    try FileDescriptor.syncFolder(scratch + "/quarantine")
    try file.truncate(to: offset)
    try file.sync()
    return kept.path
  }

  private func newQuarantineFile(named name: String) throws -> FileDescriptor {
    for attempt in 0... {
      let path = "\(scratch)/quarantine/\(name)" + (attempt == 0 ? "" : ".\(attempt)")
      do {
        return try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT | O_EXCL)
      } catch let error as FileError where error.number == EEXIST {
        continue
      }
    }
    throw FileError(scratch, "quarantine", number: EEXIST)
  }

  private func segmentFile(_ target: String, in path: String) throws -> FileDescriptor {
    try segment.withLock { open in
      if let open, open.path == target { return open }
      let file: FileDescriptor
      do {
        file = try FileDescriptor(path: target, flags: O_RDWR)
      } catch let error as FileError where error.number == ENOENT {
        try makeFolders(of: path)
        file = try FileDescriptor(path: target, flags: O_RDWR | O_CREAT | O_EXCL)
        try FileDescriptor.syncFolder(Self.parent(of: target))
      }
      open = file
      return file
    }
  }

  private func makeFolders(of path: String) throws {
    let names = path.split(separator: "/").dropLast()
    for count in names.indices {
      try Self.makeFolder(folder.absolute(names[...count].joined(separator: "/")))
    }
  }

  private static func makeFolder(_ path: String) throws {
    if mkdir(path, 0o750) != 0 {
      if errno == EEXIST { return }
      throw FileError(path, "make the folder")
    }
    try FileDescriptor.syncFolder(parent(of: path))
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
