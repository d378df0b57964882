/// The first thing found wrong in a log's folder, and where.
package struct VerificationFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file, relative to the log's folder.
  package let file: String
  /// The offset in the file, in bytes.
  package var offset: UInt64?
  /// The leaf of the log, from 0.
  package var leaf: UInt64?
  /// The event of the log, from 0.
  package var event: UInt64?
  /// What is wrong, in words.
  package let problem: String

  package init(
    _ file: String, _ problem: String, offset: UInt64? = nil, leaf: UInt64? = nil,
    event: UInt64? = nil
  ) {
    self.file = file
    self.problem = problem
    self.offset = offset
    self.leaf = leaf
    self.event = event
  }

  package var description: String {
    var place = file
    if let offset { place += ", offset \(offset)" }
    if let leaf { place += ", leaf \(leaf)" }
    if let event { place += ", event \(event)" }
    return "\(place): \(problem)"
  }
}
