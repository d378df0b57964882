/// Where a piece of Cedar text begins and how long it is.
///
/// Offset and length count UTF-8 bytes; line and column count from 1, columns in code points.
public struct SourceSpan: Sendable, Hashable {
  private let storedOffset: Int32
  private let storedLength: Int32
  private let storedLine: Int32
  private let storedColumn: Int32

  /// Numbers beyond what 32 bits hold are clamped; texts of that size are refused before.
  public init(offset: Int, length: Int, line: Int, column: Int) {
    storedOffset = Int32(clamping: offset)
    storedLength = Int32(clamping: length)
    storedLine = Int32(clamping: line)
    storedColumn = Int32(clamping: column)
  }

  /// UTF-8 bytes before the span.
  public var offset: Int { Int(storedOffset) }

  /// UTF-8 bytes in the span.
  public var length: Int { Int(storedLength) }

  /// The line on which the span begins, from 1.
  public var line: Int { Int(storedLine) }

  /// The column in which the span begins, in code points from 1.
  public var column: Int { Int(storedColumn) }

  /// The beginning of a text.
  static var start: SourceSpan { SourceSpan(offset: 0, length: 0, line: 1, column: 1) }

  var end: Int { offset + length }

  /// The span that begins with this one and ends with a later one.
  func through(_ later: SourceSpan) -> SourceSpan {
    SourceSpan(offset: offset, length: max(length, later.end - offset), line: line, column: column)
  }
}
