/// The functions and methods of Cedar's extension types (ipaddr, decimal, datetime, duration).
public enum ExtensionFunction: String, Sendable, Hashable, CaseIterable {
  case ip, decimal, datetime, duration
  case isIpv4, isIpv6, isLoopback, isMulticast, isInRange
  case lessThan, lessThanOrEqual, greaterThan, greaterThanOrEqual
  case offset, durationSince, toDate, toTime
  case toMilliseconds, toSeconds, toMinutes, toHours, toDays

  /// Whether it is called as a method of a value, and not as a function of a string.
  public var isMethod: Bool {
    switch self {
    case .ip, .decimal, .datetime, .duration: false
    default: true
    }
  }

  /// How many arguments it takes, a method's receiver counted.
  public var argumentCount: Int {
    switch self {
    case .isInRange, .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual, .offset,
      .durationSince:
      2
    default: 1
    }
  }
}
