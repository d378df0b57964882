import Foundation

/// The unpacked corpus, in a temporary folder that is removed with the value.
final class CorpusArchive {
  let folder: URL

  /// All files by their names, wherever they are in the archive.
  private let files: [String: URL]

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "cedar-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Self.unpack(into: folder)
    let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    let urls = found?.compactMap { $0 as? URL } ?? []
    files = Dictionary(urls.map { ($0.lastPathComponent, $0) }) { first, _ in first }
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  /// The names of the cases, in order: a case `x` is described by `x.json`.
  func caseNames() throws -> [String] {
    let others = [".entities.json", ".cedarschema.json", ".cedar.json"]
    return files.keys
      .filter { name in name.hasSuffix(".json") && !others.contains { name.hasSuffix($0) } }
      .map { String($0.dropLast(".json".count)) }.sorted()
  }

  /// A file, found by the last part of a path, because the descriptions speak of the folders that
  /// they were made in.
  func text(_ path: String) throws -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let file = files[name] else { throw CocoaError(.fileNoSuchFile) }
    return String(decoding: try Data(contentsOf: file), as: UTF8.self)
  }

  private static func unpack(into folder: URL) throws {
    let tar = Process()
    tar.executableURL = URL(filePath: "/usr/bin/env")
    tar.arguments = [
      "tar", "xzf", VectorFolder.url.appending(path: "cedar-corpus.tar.gz").path, "-C", folder.path,
    ]
    try tar.run()
    tar.waitUntilExit()
    guard tar.terminationStatus == 0 else { throw CocoaError(.fileReadCorruptFile) }
  }
}
