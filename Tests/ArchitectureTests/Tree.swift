import Foundation

/// The sources of a package, from disk or made up.
struct Tree {
  struct File {
    /// Below the package's root, such as `Sources/Domain/Audit/AuditEvent.swift`.
    let path: String
    let text: SwiftText

    init(_ path: String, _ source: String) {
      self.path = path
      self.text = SwiftText(source)
    }

    /// `Sources/<layer>/<target>/…`, or `nil` for a file that lies elsewhere.
    var place: (layer: Layer, target: String)? {
      let parts = self.path.split(separator: "/").map(String.init)
      guard parts.count >= 4, parts[0] == "Sources", let layer = Layer(rawValue: parts[1]) else {
        return nil
      }
      return (layer, parts[2])
    }

    /// Written by a generator, which has its own ways.
    var isGenerated: Bool { self.path.hasSuffix(".pb.swift") || self.path.hasSuffix(".grpc.swift") }
  }

  var files: [File]
  var manifest: Manifest

  /// The package that this test belongs to.
  static func own() throws -> Tree {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var files: [File] = []
    for folder in ["Sources", "Tests"] {
      let start = root.appending(path: folder).resolvingSymlinksInPath()
      let found = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil)
      while let url = found?.nextObject() as? URL {
        guard url.pathExtension == "swift" else { continue }
        let below = url.path.dropFirst(start.path.count)
        files.append(File(folder + below, try String(contentsOf: url, encoding: .utf8)))
      }
    }
    let manifest = try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
    return Tree(files: files, manifest: Manifest(manifest))
  }
}

/// What `Package.swift` says about the targets of the layers.
struct Manifest {
  struct Entry {
    let layer: Layer
    let name: String
    /// Only those of this package.
    let dependencies: Set<String>
  }

  let entries: [Entry]

  /// Reads the calls `library("<Layer>", "<Name>", […])` and `program("<name>", […])`.
  init(_ text: String) {
    let library = /\blibrary\(\s*"(\w+)",\s*"([\w-]+)"\s*(?:,\s*\[([^\]]*)\])?/
    let program = /\bprogram\(\s*"([\w-]+)"\s*(?:,\s*\[([^\]]*)\])?/
    self.entries =
      text.matches(of: library).compactMap { match in
        Layer(rawValue: String(match.1)).map {
          Entry(layer: $0, name: String(match.2), dependencies: Self.names(match.3))
        }
      }
      + text.matches(of: program).map { match in
        Entry(layer: .programs, name: String(match.1), dependencies: Self.names(match.2))
      }
  }

  private static func names(_ list: Substring?) -> Set<String> {
    Set((list ?? "").matches(of: /"([\w-]+)"/).map { String($0.1) })
  }
}
