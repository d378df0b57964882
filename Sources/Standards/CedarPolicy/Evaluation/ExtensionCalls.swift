extension Operation {
  func call(_ function: ExtensionFunction) throws(EvaluationFailure) -> CedarValue {
    guard values.count == function.argumentCount else {
      throw .argumentCount(function: function, found: values.count, at: span)
    }
    switch function {
    case .ip, .decimal, .datetime, .duration:
      return try construct(function)
    case .isIpv4: return .bool(try address(0).isIPv4)
    case .isIpv6: return .bool(try address(0).isIPv6)
    case .isLoopback: return .bool(try address(0).isLoopback)
    case .isMulticast: return .bool(try address(0).isMulticast)
    case .isInRange: return .bool(try address(0).isInRange(try address(1)))
    case .lessThan: return .bool(try decimal(0) < decimal(1))
    case .lessThanOrEqual: return .bool(try decimal(0) <= decimal(1))
    case .greaterThan: return .bool(try decimal(0) > decimal(1))
    case .greaterThanOrEqual: return .bool(try decimal(0) >= decimal(1))
    case .offset, .durationSince, .toDate, .toTime:
      return try calculate(function)
    case .toMilliseconds, .toSeconds, .toMinutes, .toHours, .toDays:
      return .long(try convert(function))
    }
  }

  private func construct(_ function: ExtensionFunction) throws(EvaluationFailure) -> CedarValue {
    let text = try string(0)
    let value: CedarValue? =
      switch function {
      case .ip: CedarIPAddress(text).map { .ip($0) }
      case .decimal: CedarDecimal(text).map { .decimal($0) }
      case .datetime: CedarDateTime(text).map { .datetime($0) }
      default: CedarDuration(text).map { .duration($0) }
      }
    guard let value else {
      throw .invalidText(function: function, expected: function.grammar, at: span)
    }
    return value
  }

  private func calculate(_ function: ExtensionFunction) throws(EvaluationFailure) -> CedarValue {
    let start = try instant(0)
    let result: CedarValue?
    switch function {
    case .offset: result = start.offset(by: try duration(1)).map { .datetime($0) }
    case .durationSince: result = start.durationSince(try instant(1)).map { .duration($0) }
    case .toDate: result = start.date.map { .datetime($0) }
    default: result = .duration(start.timeOfDay)
    }
    guard let result else { throw .overflow(operation: "`\(function.rawValue)`", at: span) }
    return result
  }

  /// The duration in whole units, cut towards zero.
  private func convert(_ function: ExtensionFunction) throws(EvaluationFailure) -> Int64 {
    let milliseconds = try duration(0).milliseconds
    switch function {
    case .toMilliseconds: return milliseconds
    case .toSeconds: return milliseconds / 1000
    case .toMinutes: return milliseconds / 60_000
    case .toHours: return milliseconds / 3_600_000
    default: return milliseconds / 86_400_000
    }
  }

  private func address(_ index: Int) throws(EvaluationFailure) -> CedarIPAddress {
    guard case .ip(let address) = try value(index) else { throw mismatch("ipaddr", index) }
    return address
  }

  private func decimal(_ index: Int) throws(EvaluationFailure) -> CedarDecimal {
    guard case .decimal(let decimal) = try value(index) else { throw mismatch("decimal", index) }
    return decimal
  }

  private func instant(_ index: Int) throws(EvaluationFailure) -> CedarDateTime {
    guard case .datetime(let instant) = try value(index) else { throw mismatch("datetime", index) }
    return instant
  }

  private func duration(_ index: Int) throws(EvaluationFailure) -> CedarDuration {
    guard case .duration(let duration) = try value(index) else {
      throw mismatch("duration", index)
    }
    return duration
  }
}

extension ExtensionFunction {
  /// What a constructor's text must be.
  fileprivate var grammar: String {
    switch self {
    case .ip: "an IP address or range such as `10.0.0.0/8`"
    case .decimal: "a number with one to four digits after the point, such as `12.50`"
    case .datetime: "a date or time such as `2024-10-15` or `2024-10-15T11:35:00Z`"
    default: "a duration such as `1d12h30m`"
    }
  }
}
