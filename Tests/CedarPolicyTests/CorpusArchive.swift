import Foundation

/// The unpacked corpus, in a temporary folder that is removed with the value.
final class CorpusArchive {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "cedar-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let tar = Process()
    tar.executableURL = URL(filePath: "/usr/bin/env")
    tar.arguments = [
      "tar", "xzf", VectorFolder.url.appending(path: "cedar-corpus.tar.gz").path, "-C", folder.path,
    ]
    try tar.run()
    tar.waitUntilExit()
    guard tar.terminationStatus == 0 else { throw CocoaError(.fileReadCorruptFile) }
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  /// The names of the cases without their endings, in order.
  func caseNames() throws -> [String] {
    let contents = folder.appending(path: "cedar-corpus")
    return try FileManager.default.contentsOfDirectory(atPath: contents.path)
      .filter { $0.hasSuffix(".cedar") }.map { String($0.dropLast(".cedar".count)) }.sorted()
  }

  func data(_ name: String) throws -> Data {
    try Data(contentsOf: folder.appending(path: "cedar-corpus").appending(path: name))
  }
}
