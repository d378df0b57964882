import Glibc

/// Reads regular files up to a size.
package enum BoundedFile {
  /// The text of a file.
  ///
  /// - Throws: `UnreadableFile` when it is not a regular file, too long, or not UTF-8.
  package static func text(of path: String, upTo limit: Int) throws(UnreadableFile) -> String {
    // A FIFO would block the opening until somebody writes.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw UnreadableFile(path, "cannot read this file: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw UnreadableFile(path, "expected a regular file")
    }
    let bytes = try Self.bytes(of: descriptor, path: path, upTo: limit)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw UnreadableFile(path, "expected UTF-8 text")
    }
    return text.first == "\u{FEFF}" ? String(text.dropFirst()) : text
  }

  private static func bytes(
    of descriptor: CInt, path: String, upTo limit: Int
  ) throws(UnreadableFile) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count <= limit {
      let chunk = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
        count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
      }
      guard !chunk.isEmpty else { return bytes }
      bytes.append(contentsOf: chunk)
    }
    throw UnreadableFile(path, "the file has more than \(limit) bytes")
  }

  /// The path without symbolic links; `nil` when nothing is there.
  static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  static func isFolder(_ path: String, followingLinks: Bool) -> Bool {
    var status = stat()
    let result = followingLinks ? stat(path, &status) : lstat(path, &status)
    return result == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The names in a folder in the order of their bytes, without those that begin with a dot.
  static func names(in folder: String) throws(UnreadableFile) -> [String] {
    guard let stream = opendir(folder) else {
      throw UnreadableFile(folder, "cannot read this folder: \(String(cString: strerror(errno)))")
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }
}
