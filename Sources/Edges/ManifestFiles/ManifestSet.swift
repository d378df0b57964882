package import Enrollment
import SPIFFE
import StrictJSON

/// A file of Cedar policies.
package struct PolicyFile: Hashable, Sendable {
  /// The file's name without `.cedar`.
  package let name: String
  package let text: String
  package let path: String
}

/// Everything that `-f` names, and where each part of it was written.
package struct ManifestSet: Sendable {
  package let documents: [ManifestDocument]
  package let policies: [PolicyFile]
  /// The contracts that were read.
  package let contractPaths: [String]
  private let sources: [Key: Source]

  struct Key: Hashable {
    let kind: String
    let name: String
  }

  /// Where a document or a policy was written.
  struct Source: Sendable {
    let file: String
    /// `nil` for a policy.
    let marks: MarkedValue?
  }

  /// Reads files and folders.
  ///
  /// In a folder, `.yaml` and `.yml` files hold manifests and `.cedar` files policies; its folders
  /// are read too, after its files and by name, and names that begin with a dot are left out. A file
  /// that a Service names as its contract, or whose top level has `openapi`, is no manifest.
  ///
  /// - Throws: `InvalidManifests` with every problem that can be found without the server.
  package init(
    reading paths: [String], limits: FileLimits = FileLimits()
  ) throws(InvalidManifests) {
    var collector = ManifestCollector(limits: limits)
    collector.collect(paths)
    guard collector.problems.isEmpty else { throw InvalidManifests(collector.problems) }
    self.documents = collector.documents
    self.policies = collector.policies
    self.contractPaths = collector.contractPaths
    self.sources = collector.sources
  }

  /// Where a field of a manifest, or a `line:column` of a policy, was written; for a field that is
  /// missing, the nearest thing around it.
  package func location(kind: String, name: String, field: String) -> SourceLocation? {
    guard let source = self.sources[Key(kind: kind, name: name)] else { return nil }
    guard let marks = source.marks else {
      let numbers = field.split(separator: ":").prefix(2).map { Int($0) ?? 1 }
      return SourceLocation(
        file: source.file, line: numbers.first ?? 1, column: numbers.dropFirst().first ?? 1)
    }
    let place = marks.place(of: field)
    return SourceLocation(file: source.file, line: place.line, column: place.column)
  }
}
