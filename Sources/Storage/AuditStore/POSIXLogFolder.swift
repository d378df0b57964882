import Glibc

/// A log's folder on disk, for reading only.
package struct POSIXLogFolder: LogFolder {
  /// A log's folders nest at most this deep: `tile/entries/`, seven groups of an index, `.p`.
  private static let maximumDepth = 12

  package let path: String

  package init(path: String) {
    self.path = path
  }

  package func read(_ path: String, from offset: UInt64, count: Int) throws -> [UInt8]? {
    let file: FileDescriptor
    do {
      file = try FileDescriptor(path: absolute(path), flags: O_RDONLY | O_NONBLOCK)
    } catch let error as FileError where error.number == ENOENT {
      return nil
    }
    guard try file.status().st_mode & S_IFMT == S_IFREG else {
      throw FileError(file.path, "read", number: EINVAL)
    }
    return try file.read(from: offset, count: count)
  }

  package func items() throws -> [FolderItem] {
    var items: [FolderItem] = []
    var folders = [""]
    while let folder = folders.popLast() {
      for name in try names(in: folder) {
        guard let item = try item(at: folder.isEmpty ? name : "\(folder)/\(name)") else { continue }
        items.append(item)
        if item.kind == .folder, depth(item.path) < Self.maximumDepth { folders.append(item.path) }
      }
    }
    return items
  }

  func absolute(_ path: String) -> String { path.isEmpty ? self.path : "\(self.path)/\(path)" }

  private func depth(_ path: String) -> Int { path.utf8.count { $0 == UInt8(ascii: "/") } + 1 }

  /// What is at a path, or nil if it went away while its folder was read, as a partial tile does
  /// that is no longer needed.
  private func item(at path: String) throws -> FolderItem? {
    var status = stat()
    if lstat(absolute(path), &status) != 0 {
      if errno == ENOENT { return nil }
      throw FileError(absolute(path), "stat")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      return FolderItem(path: path, kind: .file, size: UInt64(max(0, status.st_size)))
    case S_IFDIR: return FolderItem(path: path, kind: .folder, size: 0)
    default: return FolderItem(path: path, kind: .other, size: 0)
    }
  }

  /// The names in a folder in order. One that is not UTF-8 comes out changed, and so as unknown.
  private func names(in folder: String) throws -> [String] {
    guard let stream = opendir(absolute(folder)) else {
      if errno == ENOENT, !folder.isEmpty { return [] }
      throw FileError(absolute(folder), "open the folder")
    }
    defer { closedir(stream) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
      errno = 0
    }
    if errno != 0 { throw FileError(absolute(folder), "read the folder") }
    return names.sorted()
  }
}
