/// Why a line is not a field line, RFC 9112 section 5.
enum FieldLineFault: Error {
  case bareCR
  case folded
  case noColon
  case malformedName
  case blankBeforeColon
  case malformedValue
}

/// Where the name and the value of one field line lie.
struct FieldLine {
  let name: Range<Int>
  let value: Range<Int>

  /// Reads the line at `range` of `bytes`, which does not include its CRLF.
  init(in bytes: [UInt8], at range: Range<Int>) throws(FieldLineFault) {
    let all = bytes.span
    if let first = range.first, all[first].isBlank { throw .folded }
    let token = ByteSet.token
    var nameEnd = range.lowerBound
    while nameEnd < range.upperBound, token.contains(all[nameEnd]) { nameEnd += 1 }
    guard nameEnd < range.upperBound else { throw .noColon }
    guard all[nameEnd] == UInt8(ascii: ":") else {
      throw Self.faultOfName(bytes[range], stoppedAt: nameEnd)
    }
    guard nameEnd > range.lowerBound else { throw .malformedName }
    var value = (nameEnd + 1)..<range.upperBound
    if let bad = all.extracting(value).firstForbiddenValueByte() {
      throw bad == .carriageReturn ? .bareCR : .malformedValue
    }
    while let first = value.first, all[first].isBlank { value = value.dropFirst() }
    while let last = value.last, all[last].isBlank { value = value.dropLast() }
    name = range.lowerBound..<nameEnd
    self.value = value
  }

  private static func faultOfName(_ line: ArraySlice<UInt8>, stoppedAt: Int) -> FieldLineFault {
    if line.contains(.carriageReturn) { return .bareCR }
    guard line.contains(UInt8(ascii: ":")) else { return .noColon }
    return line[stoppedAt].isBlank ? .blankBeforeColon : .malformedName
  }
}

extension Span<UInt8> {
  /// The first byte that no field value may hold: a control byte other than tab.
  ///
  /// Eight bytes are looked at in one step, since this reads most bytes of every message.
  func firstForbiddenValueByte() -> UInt8? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let high: UInt64 = 0x8080_8080_8080_8080
    var index = 0
    while index + 8 <= count {
      let word = bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
      let deletes = word ^ (ones &* 0x7F)
      // A byte's high bit is set where it is below 0x20, or equal to 0x7F; a borrow can set it
      // only beside such a byte.
      let found = ((word &- ones &* 0x20) & ~word | (deletes &- ones) & ~deletes) & high
      if found != 0, let bad = firstForbidden(in: index..<(index + 8)) { return bad }
      index += 8
    }
    return firstForbidden(in: index..<count)
  }

  private func firstForbidden(in range: Range<Int>) -> UInt8? {
    for index in range where self[index].isControl && self[index] != .tab { return self[index] }
    return nil
  }
}
