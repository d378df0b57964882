import Synchronization

@testable import AuditStore

/// Files of which the n-th write goes wrong.
final class FaultyFiles: LogFiles {
  enum Fault: CaseIterable {
    /// Nothing is written.
    case before
    /// Half of the bytes are written.
    case halfway
    /// Everything is written, and still it fails.
    case after
  }

  struct Broken: Error {}

  private let files: any LogFiles
  private let step: Int
  private let fault: Fault
  /// Whether everything after the fault fails too, as after a crash.
  private let staysBroken: Bool
  private let count = Mutex(0)

  init(_ files: any LogFiles, step: Int, fault: Fault, staysBroken: Bool) {
    self.files = files
    self.step = step
    self.fault = fault
    self.staysBroken = staysBroken
  }

  var hasFailed: Bool { count.withLock { $0 >= step } }

  func items() throws -> [FolderItem] { try files.items() }

  func read(_ path: String, from offset: UInt64, count: Int) throws -> [UInt8]? {
    try files.read(path, from: offset, count: count)
  }

  func append(_ bytes: [UInt8], to path: String, at offset: UInt64) throws {
    try disturb(
      half: { try files.append(Array(bytes.prefix(bytes.count / 2)), to: path, at: offset) },
      whole: { try files.append(bytes, to: path, at: offset) })
  }

  func replace(_ path: String, with bytes: [UInt8]) throws {
    try disturb(half: {}, whole: { try files.replace(path, with: bytes) })
  }

  func remove(_ path: String) throws {
    try disturb(half: {}, whole: { try files.remove(path) })
  }

  func quarantine(_ path: String, from offset: UInt64) throws -> String {
    var kept = ""
    try disturb(half: {}, whole: { kept = try files.quarantine(path, from: offset) })
    return kept
  }

  private func disturb(half: () throws -> Void, whole: () throws -> Void) throws {
    let number = count.withLock { count in
      count += 1
      return count
    }
    if number == step {
      switch fault {
      case .before: break
      case .halfway: try half()
      case .after: try whole()
      }
      throw Broken()
    }
    if number > step, staysBroken { throw Broken() }
    try whole()
  }
}
