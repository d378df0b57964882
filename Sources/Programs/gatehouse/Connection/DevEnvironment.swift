import Glibc

/// The `KEY=value` lines that `gatehouse dev` writes when it is ready.
struct DevEnvironment: Equatable {
  let values: [String: String]
  /// The state folder that the file stands in.
  let folder: String

  private static let maximumBytes = 64 * 1024

  /// The file of the current folder, or of the nearest folder above that has one; `nil` without one.
  ///
  /// A file above the current folder, or in a folder that everybody may write to, counts only if this
  /// user or root owns it: somebody else's could send credentials to a place of their choice.
  static func nearest(to directory: String) throws -> DevEnvironment? {
    var folder = directory
    var isCurrent = true
    while true {
      let state = folder == "/" ? "/.gatehouse" : "\(folder)/.gatehouse"
      let anyOwner = isCurrent && !self.isShared(folder) && !self.isShared(state)
      if let found = try self.read(state, anyOwner: anyOwner) { return found }
      guard folder != "/", let slash = folder.lastIndex(of: "/") else { return nil }
      folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
      isCurrent = false
    }
  }

  /// The file of one state folder; `nil` while there is none.
  static func of(state: String) throws -> DevEnvironment? {
    try self.read(state, anyOwner: false)
  }

  /// - Throws: `CommandFailure` for a line that is not `KEY=value`.
  init(parsing text: String, folder: String) throws {
    var values: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      guard let equals = line.firstIndex(of: "="), equals != line.startIndex else {
        throw CommandFailure(
          "\(folder)/dev.env has a line that is not KEY=value: start `gatehouse dev` again")
      }
      values[String(line[..<equals])] = String(line[line.index(after: equals)...])
    }
    self.values = values
    self.folder = folder
  }

  /// Whether everybody may put files into a folder.
  private static func isShared(_ folder: String) -> Bool {
    var status = stat()
    return stat(folder, &status) == 0 && status.st_mode & S_IWOTH != 0
  }

  private static func read(_ state: String, anyOwner: Bool) throws -> DevEnvironment? {
    let path = "\(state)/dev.env"
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    guard anyOwner || status.st_uid == geteuid() || status.st_uid == 0 else { return nil }
    var bytes: [UInt8] = []
    while bytes.count < self.maximumBytes {
      let chunk = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
        count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
      }
      if chunk.isEmpty { break }
      bytes.append(contentsOf: chunk)
    }
    return try DevEnvironment(parsing: String(decoding: bytes, as: UTF8.self), folder: state)
  }
}
