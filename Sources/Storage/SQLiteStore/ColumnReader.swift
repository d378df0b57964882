import FoundationEssentials
import GRDB

/// Takes the columns of a row apart without the traps of GRDB's own conversions.
struct ColumnReader {
  let row: Row
  /// Names the row in errors: `a record`.
  let what: String

  func integer(_ index: Int) throws -> Int64 {
    guard case .int64(let value) = try storage(index) else { throw unreadable(index, "a number") }
    return value
  }

  func text(_ index: Int) throws -> String {
    guard case .string(let value) = try storage(index) else { throw unreadable(index, "text") }
    return value
  }

  func bytes(_ index: Int) throws -> [UInt8] {
    guard let value = try optionalBytes(index) else { throw unreadable(index, "bytes") }
    return value
  }

  /// The bytes of a column; nil for NULL.
  func optionalBytes(_ index: Int) throws -> [UInt8]? {
    switch try storage(index) {
    case .blob(let data): return [UInt8](data)
    case .null: return nil
    default: throw unreadable(index, "bytes")
    }
  }

  /// Bytes that are text in UTF-8.
  func utf8(_ index: Int) throws -> String {
    guard let text = String(validating: try bytes(index), as: UTF8.self) else {
      throw unreadable(index, "text in UTF-8")
    }
    return text
  }

  func unreadable(_ index: Int, _ expected: String) -> DatabaseFailure {
    .unreadable("column \(index + 1) of \(what) is not \(expected); the row was left as it is")
  }

  private func storage(_ index: Int) throws -> DatabaseValue.Storage {
    guard index < row.count else { throw unreadable(index, "there") }
    let value: DatabaseValue = row[index]
    return value.storage
  }
}
