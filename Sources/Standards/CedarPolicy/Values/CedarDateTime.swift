/// An instant, in milliseconds (Cedar's `datetime` extension).
public struct CedarDateTime: Sendable, Hashable, Comparable {
  /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
  public let millisecondsSince1970: Int64

  public init(millisecondsSince1970: Int64) {
    self.millisecondsSince1970 = millisecondsSince1970
  }

  static let millisecondsPerDay: Int64 = 86_400_000

  /// Reads `YYYY-MM-DD`, or that with `Thh:mm:ss`, optional `.SSS`, and `Z` or `+hhmm` or
  /// `-hhmm`; nil for other texts and for dates and times that do not exist.
  public init?(_ text: String) {
    var digits = FixedText(text)
    guard let year = digits.number(4), digits.take("-"), let month = digits.number(2),
      digits.take("-"), let day = digits.number(2),
      let days = Self.days(year: year, month: month, day: day)
    else { return nil }
    let midnight = days * Self.millisecondsPerDay
    if digits.isAtEnd {
      millisecondsSince1970 = midnight
      return
    }
    guard digits.take("T"), let time = Self.time(&digits), let zone = Self.zone(&digits),
      digits.isAtEnd
    else { return nil }
    millisecondsSince1970 = midnight + time - zone
  }

  public static func < (one: CedarDateTime, other: CedarDateTime) -> Bool {
    one.millisecondsSince1970 < other.millisecondsSince1970
  }

  /// Moved by a duration; nil when that is out of range.
  public func offset(by duration: CedarDuration) -> CedarDateTime? {
    let (sum, overflow) = millisecondsSince1970.addingReportingOverflow(duration.milliseconds)
    return overflow ? nil : CedarDateTime(millisecondsSince1970: sum)
  }

  /// The time from another instant to this one; nil when that is out of range.
  public func durationSince(_ other: CedarDateTime) -> CedarDuration? {
    let (difference, overflow) = millisecondsSince1970.subtractingReportingOverflow(
      other.millisecondsSince1970)
    return overflow ? nil : CedarDuration(milliseconds: difference)
  }

  /// Midnight (UTC) of the same day; nil when that is out of range.
  public var date: CedarDateTime? {
    let (midnight, overflow) = millisecondsSince1970.subtractingReportingOverflow(
      timeOfDay.milliseconds)
    return overflow ? nil : CedarDateTime(millisecondsSince1970: midnight)
  }

  /// The time since midnight (UTC).
  public var timeOfDay: CedarDuration {
    let remainder = millisecondsSince1970 % Self.millisecondsPerDay
    return CedarDuration(
      milliseconds: remainder < 0 ? remainder + Self.millisecondsPerDay : remainder)
  }

  private static func time(_ digits: inout FixedText) -> Int64? {
    guard let hour = digits.number(2), digits.take(":"), let minute = digits.number(2),
      digits.take(":"), let second = digits.number(2), hour < 24, minute < 60, second < 60
    else { return nil }
    let whole = ((hour * 60 + minute) * 60 + second) * 1000
    guard digits.take(".") else { return whole }
    return digits.number(3).map { whole + $0 }
  }

  private static func zone(_ digits: inout FixedText) -> Int64? {
    if digits.take("Z") { return 0 }
    let isEast = digits.take("+")
    guard isEast || digits.take("-"), let hour = digits.number(2), let minute = digits.number(2),
      hour < 24, minute < 60
    else { return nil }
    let offset = (hour * 60 + minute) * 60_000
    return isEast ? offset : -offset
  }

  /// Days from 1970-01-01 in the proleptic Gregorian calendar; nil for days that do not exist.
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64? {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1...12).contains(month), day >= 1, day <= lengths[Int(month) - 1] else { return nil }
    let earlierMonths = lengths.prefix(Int(month) - 1).reduce(0, +)
    // Leap days before the year; year 0 is itself one, hence the shift by a whole cycle.
    let past = year + 399
    let leapDays = past / 4 - past / 100 + past / 400
    let daysBefore1970: Int64 = 719_528
    return year * 365 + leapDays - 96 + earlierMonths + day - 1 - daysBefore1970
  }
}

/// Reads a text piece by piece from the left.
private struct FixedText {
  private var rest: Substring.UTF8View

  init(_ text: String) {
    rest = text[...].utf8
  }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard let first = rest.first, UInt32(first) == character.value else { return false }
    rest.removeFirst()
    return true
  }

  mutating func number(_ count: Int) -> Int64? {
    let digits = rest.prefix(count)
    guard digits.count == count, let number = signedNumber(digits, isNegative: false) else {
      return nil
    }
    rest = rest.dropFirst(count)
    return number
  }
}
