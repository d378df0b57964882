import Enrollment

/// The OpenAPI document that a Service names.
///
/// Its path is relative to the manifest and stays below the manifest's folder, also behind symbolic
/// links, so that a manifest from elsewhere cannot send another file of this machine.
struct ContractFile {
  /// Without symbolic links.
  let path: String
  let text: String

  /// - Throws: `ManifestError` for the field that names the contract.
  init(named name: String, from manifest: String, limits: FileLimits) throws(ManifestError) {
    guard let path = Self.resolve(name, from: manifest) else {
      throw Self.error(
        "expected the path of a file at or below the manifest's folder, without `..`")
    }
    let folder = Self.folder(of: manifest)
    guard let base = BoundedFile.realPath(folder), let real = BoundedFile.realPath(path) else {
      throw Self.error("there is no file `\(name)` beside the manifest")
    }
    guard real.utf8.starts(with: (base == "/" ? base : "\(base)/").utf8) else {
      throw Self.error("a symbolic link leads out of the manifest's folder")
    }
    do {
      self.text = try BoundedFile.text(of: real, upTo: limits.contractBytes)
    } catch {
      throw Self.error("`\(name)`: \(error.problem.message)")
    }
    self.path = real
  }

  /// The path of the contract as the manifest names it; `nil` when it could leave the folder.
  static func resolve(_ name: String, from manifest: String) -> String? {
    guard !name.isEmpty, name.utf8.count <= 1024, !name.utf8.contains(0) else { return nil }
    let segments = name.split(separator: "/", omittingEmptySubsequences: false)
    guard !segments.contains(where: { $0.isEmpty || $0 == ".." }) else { return nil }
    return "\(self.folder(of: manifest))/\(name)"
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func error(_ message: String) -> ManifestError {
    ManifestError(field: "spec.contract", message: message)
  }
}
