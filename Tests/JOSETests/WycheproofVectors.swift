import FoundationEssentials
import StrictJSON

/// Where Wycheproof's vectors lie, and what is read from them.
enum WycheproofVectors {
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["GATEHOUSE_VECTORS"] {
      return URL(filePath: path).appending(path: "wycheproof")
    }
    let packageRoot = URL(filePath: #filePath).appending(path: "../../..").standardized
    return packageRoot.appending(path: "../shared/vectors/wycheproof").standardized
  }()

  static let exist = FileManager.default.fileExists(atPath: folder.path())

  /// The files whose names start so, in alphabetical order.
  static func files(_ prefixes: String...) throws -> [WycheproofFile] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path())
    return
      try names
      .filter { name in name.hasSuffix(".json") && prefixes.contains { name.hasPrefix($0) } }
      .sorted()
      .map(WycheproofFile.init)
  }
}

struct WycheproofFile {
  let name: String
  let cases: [WycheproofCase]

  init(name: String) throws {
    let data = try Data(contentsOf: WycheproofVectors.folder.appending(path: name))
    let limits = JSONLimits(maximumBytes: 1 << 26)
    let root = try JSONValue(parsing: Array(data), limits: limits).objectValue ?? [:]
    self.name = name
    cases = (root["testGroups"]?.arrayValue ?? []).compactMap(\.objectValue).flatMap { group in
      (group["tests"]?.arrayValue ?? []).compactMap(\.objectValue).map { test in
        WycheproofCase(file: name, group: group, test: test)
      }
    }
  }
}

struct WycheproofCase: CustomStringConvertible {
  let file: String
  let group: JSONObject
  let test: JSONObject

  var id: Int64 { test["tcId"]?.integerValue ?? -1 }
  var result: String { test["result"]?.stringValue ?? "" }

  var description: String {
    "\(file) \(id) \(test["comment"]?.stringValue ?? "") (\(result))"
  }
}

/// What was read, and what was left out and why; printed at the end of each function.
struct WycheproofTally {
  private(set) var read = 0
  private var leftOut: [(reason: String, ids: [String])] = []

  mutating func count() { read += 1 }

  mutating func leaveOut(_ test: WycheproofCase, _ reason: String) {
    let id = "\(test.file.prefix { $0 != "." })#\(test.id)"
    if let place = leftOut.firstIndex(where: { $0.reason == reason }) {
      leftOut[place].ids.append(id)
    } else {
      leftOut.append((reason, [id]))
    }
  }

  func printSummary(_ subject: String) {
    let total = leftOut.reduce(0) { $0 + $1.ids.count }
    print("Wycheproof \(subject): \(read) cases read, \(total) left out")
    for entry in leftOut {
      let shown = entry.ids.prefix(8).joined(separator: " ")
      print("  \(entry.ids.count): \(entry.reason): \(shown)\(entry.ids.count > 8 ? " ..." : "")")
    }
  }
}
