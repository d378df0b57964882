/// What validation found of a policy.
public struct ValidationIssue: Sendable, Hashable, CustomStringConvertible {
  /// The sort of mistake.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case unknownEntityType, unknownAction, unknownEnumeratedID
    /// No action of the schema applies to what the scope demands.
    case noApplicableAction
    /// The policy would have to be checked for more types than ``CedarLimits/environments``.
    case tooManyEnvironments
    case unexpectedType, incompatibleTypes
    case unknownAttribute, unsafeOptionalAttribute, unknownTag, unsafeTag
    case emptySet
    case nonLiteralExtensionArgument, invalidExtensionArgument, wrongArgumentCount
    /// A warning: no request can satisfy the policy.
    case impossiblePolicy
    /// A warning: a condition that is the same for all requests.
    case constantCondition
  }

  public let policyID: PolicyID
  public let kind: Kind

  /// What is wrong, in lower case, with pieces of the policy in back-ticks.
  public let message: String

  /// Where in the policy's text.
  public let span: SourceSpan

  /// The name of the text that the policy was read from.
  public let source: String?

  /// What the writer may have meant.
  public let hint: String?

  /// `source:line:column: message (hint)`.
  public var description: String {
    let place = source.map { "\($0):" } ?? ""
    let advice = hint.map { " (\($0))" } ?? ""
    return "\(place)\(span.line):\(span.column): \(message)\(advice)"
  }
}

/// What validation found of a policy set.
public struct ValidationResult: Sendable {
  /// Mistakes: a policy that has one may fail, or means what it cannot mean.
  public let errors: [ValidationIssue]

  /// What is no mistake and deserves a look, such as a policy that never applies.
  public let warnings: [ValidationIssue]

  /// Whether there are no errors.
  public var isValid: Bool { errors.isEmpty }
}
