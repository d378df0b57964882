/// Which files are looked at for changes: those that the configuration named when it was read last.
package struct WatchedPaths: Hashable, Sendable {
  package private(set) var paths: [String]

  package init(_ paths: [String]) { self.paths = paths }

  /// - Parameters:
  ///   - named: what the configuration names, as far as it could be read.
  ///   - isWhole: whether nothing was wrong. Until then what was watched before is watched too: it may be
  ///     what is put right.
  /// - Returns: whether others are watched now. What was read did not look at all of them before, and has to
  ///   be read again.
  package mutating func follow(_ named: [String], isWhole: Bool) -> Bool {
    let before = self.paths
    self.paths = isWhole ? named : Set(named).union(before).sorted()
    return self.paths != before
  }
}
