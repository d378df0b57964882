/// A place in a file, counted from 1.
package struct SourceLocation: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let file: String
  package let line: Int
  package let column: Int

  package init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.file, left.line, left.column) < (right.file, right.line, right.column)
  }

  /// `file:line`, which editors and terminals turn into a link.
  package var description: String { "\(self.file):\(self.line)" }
}

/// One thing that is wrong with the files.
package struct ManifestProblem: Hashable, Sendable, CustomStringConvertible {
  package let location: SourceLocation
  package let message: String

  package init(_ location: SourceLocation, _ message: String) {
    self.location = location
    self.message = message
  }

  package var description: String { "\(self.location): \(self.message)" }
}

/// The files cannot be applied. Every problem names its place.
package struct InvalidManifests: Error, Hashable, Sendable, CustomStringConvertible {
  /// In the order of files and lines; never empty.
  package let problems: [ManifestProblem]

  package init(_ problems: [ManifestProblem]) {
    self.problems = problems.sorted {
      ($0.location, $0.message) < ($1.location, $1.message)
    }
  }

  package var description: String {
    self.problems.map(\.description).joined(separator: "\n")
  }
}

/// A file or folder cannot be read, or is not what it should be.
package struct UnreadableFile: Error {
  package let problem: ManifestProblem

  init(_ file: String, _ message: String) {
    self.problem = ManifestProblem(SourceLocation(file: file, line: 1, column: 1), message)
  }
}
