import Foundation

/// Where the conformance vectors are: `GATEHOUSE_VECTORS`, or beside the package.
enum VectorFolder {
  static let url: URL = {
    if let path = ProcessInfo.processInfo.environment["GATEHOUSE_VECTORS"] {
      return URL(filePath: path)
    }
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return package.appending(path: "../shared/vectors").standardizedFileURL
  }()

  static func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: url.appending(path: name).path)
  }
}
