/// When files that changed are to be read again: once they have stopped changing.
///
/// A state machine without I/O. A stamp is what the files look like from outside; equal stamps mean
/// equal content.
package struct ReloadCycle<Stamp: Hashable & Sendable>: Sendable {
  /// What was read last, whatever came of it.
  private var taken: Stamp?
  /// What may be read if it looks the same the next time.
  private var candidate: Stamp?

  /// - Parameter taken: of the files that the gateway began with.
  package init(taken: Stamp?) { self.taken = taken }

  /// - Parameters:
  ///   - stamp: `nil` where the files cannot be looked at.
  ///   - isBeingWritten: whether somebody has one of them open for writing; asked only of a change,
  ///     since finding out can make a writer wait.
  ///   - isDemanded: whether somebody says that they are whole.
  /// - Returns: whether they are to be read now; `read` says what was.
  package mutating func look(
    _ stamp: Stamp?, isBeingWritten: @autoclosure () -> Bool, isDemanded: Bool
  ) -> Bool {
    if isDemanded { return true }
    // Whatever is there afterwards is read.
    if stamp == nil { self.taken = nil }
    guard let stamp, stamp != self.taken, !isBeingWritten() else {
      self.candidate = nil
      return false
    }
    defer { self.candidate = stamp }
    return self.candidate == stamp
  }

  /// The files were read as they looked then.
  /// - Parameter stamp: `nil` if they changed meanwhile: what was read does not count.
  package mutating func read(_ stamp: Stamp?) {
    self.candidate = nil
    if let stamp { self.taken = stamp }
  }
}
