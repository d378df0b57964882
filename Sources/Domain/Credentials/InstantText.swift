/// RFC 3339 timestamps in UTC with milliseconds, as events and command output show them.
extension Instant: CustomStringConvertible {
  package var description: String {
    let text = String(unsafeUninitializedCapacity: Self.textLength) { self.write(to: $0) ?? 0 }
    guard text.isEmpty else { return text }
    let (date, secondOfDay) = self.civil
    let short = CivilDate(year: 0, month: date.month, day: date.day)
    let rest = String(unsafeUninitializedCapacity: Self.textLength) {
      Self.write(short, secondOfDay, self, $0)
    }
    return Self.padded(date.year, 4) + rest.dropFirst(4)
  }

  /// The length of the text of an instant in the years 0 to 9999.
  package static let textLength = 24

  /// Whether the year has four digits.
  package var hasCommonText: Bool { Self.commonSeconds.contains(self.seconds) }

  /// From the beginning of the year 0 to the end of 9999.
  private static let commonSeconds: Range<Int64> = -62_167_219_200..<253_402_300_800

  /// Writes the text to the beginning of `buffer`.
  /// - Returns: its length; nil when there is less room than `textLength`, or the year has not four digits.
  package func write(to buffer: UnsafeMutableBufferPointer<UInt8>) -> Int? {
    guard self.hasCommonText, buffer.count >= Self.textLength else { return nil }
    let (date, secondOfDay) = self.civil
    return Self.write(date, secondOfDay, self, buffer)
  }

  private var civil: (CivilDate, secondOfDay: Int64) {
    let (day, secondOfDay) = Self.floorDivide(self.seconds, by: 86_400)
    return (CivilDate(daysSinceEpoch: day), secondOfDay)
  }

  /// With four digits of the year.
  private static func write(
    _ date: CivilDate, _ secondOfDay: Int64, _ instant: Instant,
    _ text: UnsafeMutableBufferPointer<UInt8>
  ) -> Int {
    var end = 0
    func append(_ number: Int64, _ width: Int, _ after: UInt8) {
      var rest = UInt32(truncatingIfNeeded: number)
      var index = end + width
      text[index] = after
      end = index + 1
      for _ in 0..<width {
        index -= 1
        text[index] = UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0")
        rest /= 10
      }
    }
    append(date.year, 4, UInt8(ascii: "-"))
    append(date.month, 2, UInt8(ascii: "-"))
    append(date.day, 2, UInt8(ascii: "T"))
    append(secondOfDay / 3600, 2, UInt8(ascii: ":"))
    append(secondOfDay / 60 % 60, 2, UInt8(ascii: ":"))
    append(secondOfDay % 60, 2, UInt8(ascii: "."))
    append(Self.floorDivide(instant.milliseconds, by: 1000).remainder, 3, UInt8(ascii: "Z"))
    return end
  }

  /// Reads `YYYY-MM-DDTHH:MM:SS[.fff]Z`; `nil` for anything else.
  package init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 20 || bytes.count == 24, bytes.last == UInt8(ascii: "Z"),
      bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
      let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
      let day = Self.number(bytes[8..<10]), let hour = Self.number(bytes[11..<13]),
      let minute = Self.number(bytes[14..<16]), let second = Self.number(bytes[17..<19]),
      (1...12).contains(month), day >= 1, day <= CivilDate.days(inMonth: month, of: year),
      hour < 24, minute < 60, second < 60
    else { return nil }
    var millisecond: Int64 = 0
    if bytes.count == 24 {
      guard bytes[19] == UInt8(ascii: "."), let fraction = Self.number(bytes[20..<23]) else {
        return nil
      }
      millisecond = fraction
    }
    let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second
    self.init(milliseconds: seconds * 1000 + millisecond)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    var value: Int64 = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      value = value * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    return value
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number.magnitude)
    let zeros = String(repeating: "0", count: max(0, width - digits.utf8.count))
    return (number < 0 ? "-" : "") + zeros + digits
  }

  fileprivate static func floorDivide(
    _ value: Int64, by divisor: Int64
  ) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

/// A day of the proleptic Gregorian calendar, by eras of 400 years that begin on 1 March.
private struct CivilDate {
  var year: Int64
  var month: Int64
  var day: Int64

  init(year: Int64, month: Int64, day: Int64) {
    (self.year, self.month, self.day) = (year, month, day)
  }

  init(daysSinceEpoch: Int64) {
    let (era, dayOfEra) = Instant.floorDivide(daysSinceEpoch + 719_468, by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    self.day = dayOfYear - (153 * shifted + 2) / 5 + 1
    self.month = shifted < 10 ? shifted + 3 : shifted - 9
    self.year = yearOfEra + era * 400 + (self.month <= 2 ? 1 : 0)
  }

  var daysSinceEpoch: Int64 {
    let shiftedYear = self.month <= 2 ? self.year - 1 : self.year
    let (era, yearOfEra) = Instant.floorDivide(shiftedYear, by: 400)
    let shifted = self.month > 2 ? self.month - 3 : self.month + 9
    let dayOfYear = (153 * shifted + 2) / 5 + self.day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  static func days(inMonth month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: return 30
    default: return 31
    }
  }
}
