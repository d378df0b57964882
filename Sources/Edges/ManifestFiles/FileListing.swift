/// The files that `-f` names, in order: of a folder its files by name, then its folders by name.
///
/// A folder gives its `.yaml`, `.yml` and `.cedar` files and those of the folders in it. Names that
/// begin with a dot are left out, other files are not looked at, and a folder behind a symbolic link
/// is not entered. A file that two paths lead to is read once.
struct FileListing {
  enum Kind: Hashable {
    case manifests
    case policies
  }

  struct File: Hashable {
    let path: String
    let kind: Kind
    /// Whether `-f` names the file itself, rather than a folder above it.
    let isNamed: Bool
  }

  private(set) var files: [File] = []
  private var seen: Set<String> = []
  private let limits: FileLimits

  init(of paths: [String], limits: FileLimits) throws(UnreadableFile) {
    self.limits = limits
    for path in paths {
      if BoundedFile.isFolder(path, followingLinks: true) {
        try self.add(folder: path, depth: 1)
      } else {
        try self.add(named: path)
      }
    }
  }

  private mutating func add(named path: String) throws(UnreadableFile) {
    guard BoundedFile.realPath(path) != nil else {
      throw UnreadableFile(path, "there is no such file or folder")
    }
    guard let kind = Self.kind(of: path) else {
      throw UnreadableFile(path, "expected a `.yaml`, `.yml` or `.cedar` file, or a folder")
    }
    try self.add(File(path: path, kind: kind, isNamed: true))
  }

  private mutating func add(folder: String, depth: Int) throws(UnreadableFile) {
    guard depth <= self.limits.folderDepth else {
      throw UnreadableFile(
        folder, "folders may be nested \(self.limits.folderDepth) deep: name this one itself")
    }
    let prefix = folder.hasSuffix("/") ? folder : "\(folder)/"
    let names = try BoundedFile.names(in: folder)
    for name in names {
      guard let kind = Self.kind(of: name),
        !BoundedFile.isFolder(prefix + name, followingLinks: true)
      else { continue }
      try self.add(File(path: prefix + name, kind: kind, isNamed: false))
    }
    for name in names where BoundedFile.isFolder(prefix + name, followingLinks: false) {
      try self.add(folder: prefix + name, depth: depth + 1)
    }
  }

  private mutating func add(_ file: File) throws(UnreadableFile) {
    guard self.seen.insert(BoundedFile.realPath(file.path) ?? file.path).inserted else { return }
    guard self.files.count < self.limits.files else {
      throw UnreadableFile(file.path, "more than \(self.limits.files) files: name fewer")
    }
    self.files.append(file)
  }

  private static func kind(of path: String) -> Kind? {
    if path.hasSuffix(".yaml") || path.hasSuffix(".yml") { return .manifests }
    return path.hasSuffix(".cedar") ? .policies : nil
  }
}
