import Credentials
import Distribution
import SPIFFE

/// A report of a workload's condition that is fit to be recorded.
struct PostureFindings: Sendable {
  let workload: SPIFFEID
  /// In the order of their names; nil takes a fact back.
  private let facts: [(name: String, value: String?)]
  /// Unix seconds.
  private let observedAt: Int64

  /// How far the clock of the one who reports may be ahead, in seconds.
  static let leeway: Int64 = 60

  /// - Throws: ``AdministrationError`` that says which fact is wrong, and how.
  init(_ report: PostureReport, now: Instant) throws(AdministrationError) {
    self.workload = report.workload
    self.facts = report.facts.map { (name: $0.key, value: $0.value) }
      .sorted { $0.name < $1.name }
    self.observedAt = (report.observedAt ?? now).seconds
    guard self.observedAt <= now.seconds + Self.leeway else {
      throw AdministrationError(
        .invalid, "`observedAt` lies in the future; expected a time up to \(now)")
    }
    guard !self.facts.isEmpty else {
      throw AdministrationError(.invalid, "expected one fact or more, found none")
    }
    try Self.checkNumber(self.facts.count)
    for (name, value) in self.facts { try Self.check(name, value) }
  }

  var names: [String] { self.facts.map(\.name) }

  /// What is known with the report, and what of the report is older than what was known.
  func included(
    in older: PostureRecord
  ) throws(AdministrationError) -> (record: PostureRecord, notes: [String]) {
    var record = older
    var notes: [String] = []
    for (name, value) in self.facts {
      let known = older.facts.first { $0.name == name }
      if let known, known.observedAt > self.observedAt {
        notes.append("`\(name)` stays as it was found at \(Instant(seconds: known.observedAt))")
      } else if let value {
        record.include(PostureFact(name: name, value: value, observedAt: self.observedAt))
      } else {
        record.remove(name)
      }
    }
    try Self.checkNumber(record.facts.count)
    return (record, notes)
  }

  private static func checkNumber(_ count: Int) throws(AdministrationError) {
    guard count <= PostureRecord.limit else {
      throw AdministrationError(
        .invalid, "a workload has at most \(PostureRecord.limit) facts; these would be \(count)")
    }
  }

  private static func check(_ name: String, _ value: String?) throws(AdministrationError) {
    guard PostureFact.isName(name) else {
      throw AdministrationError(
        .invalid,
        "a fact's name is wrong: expected a letter or `_`, then letters, digits and `_`, "
          + "64 at most, such as `diskEncryption`")
    }
    guard let value else { return }
    guard value.utf8.count <= PostureRecord.longestValue else {
      throw AdministrationError(
        .invalid,
        "the value of `\(name)` is \(value.utf8.count) bytes long; at most "
          + "\(PostureRecord.longestValue) are taken")
    }
    let isPlain = value.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    guard isPlain else {
      throw AdministrationError(.invalid, "the value of `\(name)` has a control character")
    }
  }
}
