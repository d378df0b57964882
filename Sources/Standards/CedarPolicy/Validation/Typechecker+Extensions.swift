extension Typechecker {
  mutating func call(_ expression: Expression, _ known: Capabilities) -> StaticType? {
    guard case .call(let function, let arguments) = expression.kind else { return nil }
    let span = expression.span
    let wanted = function.argumentTypes
    guard arguments.count == wanted.count else {
      report.error(
        .wrongArgumentCount, at: span,
        "`\(function.rawValue)` takes \(wanted.count) arguments with its receiver, "
          + "found \(arguments.count)")
      return nil
    }
    var isValid = true
    for (argument, type) in zip(arguments, wanted) where expect(argument, type, known) == nil {
      isValid = false
    }
    guard isValid, function.isMethod || isLiteral(function, arguments, span) else { return nil }
    return function.resultType
  }

  /// A constructor's text is checked now, so that it cannot fail later.
  private mutating func isLiteral(
    _ function: ExtensionFunction, _ arguments: [Expression], _ span: SourceSpan
  ) -> Bool {
    guard case .literal(.string(let text))? = arguments.first?.kind else {
      report.error(
        .nonLiteralExtensionArgument, at: span,
        "`\(function.rawValue)` takes a string that is written here, not one that is computed")
      return false
    }
    let isAccepted =
      switch function {
      case .ip: CedarIPAddress(text) != nil
      case .decimal: CedarDecimal(text) != nil
      case .datetime: CedarDateTime(text) != nil
      default: CedarDuration(text) != nil
      }
    if !isAccepted {
      report.error(
        .invalidExtensionArgument, at: arguments.first?.span ?? span,
        "`\(function.rawValue)` does not accept \(text.cedarLiteral)")
    }
    return isAccepted
  }
}

extension ExtensionFunction {
  /// The types of the arguments, a method's receiver first.
  fileprivate var argumentTypes: [StaticType] {
    switch self {
    case .ip, .decimal, .datetime, .duration: [.string]
    case .isIpv4, .isIpv6, .isLoopback, .isMulticast: [.ip]
    case .isInRange: [.ip, .ip]
    case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual: [.decimal, .decimal]
    case .offset: [.datetime, .duration]
    case .durationSince: [.datetime, .datetime]
    case .toDate, .toTime: [.datetime]
    case .toMilliseconds, .toSeconds, .toMinutes, .toHours, .toDays: [.duration]
    }
  }

  fileprivate var resultType: StaticType {
    switch self {
    case .ip: .ip
    case .decimal: .decimal
    case .datetime, .offset, .toDate: .datetime
    case .duration, .durationSince, .toTime: .duration
    case .toMilliseconds, .toSeconds, .toMinutes, .toHours, .toDays: .long
    default: .bool(nil)
    }
  }
}
