/// Why an expression has no value.
///
/// Texts name types and attributes, never the values of a request.
public indirect enum EvaluationFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// A value of another type than the operator takes.
  case type(expected: String, found: String, at: SourceSpan)
  /// A record or entity that lacks an attribute.
  case missingAttribute(String, of: EntityUID?, at: SourceSpan)
  case missingTag(String, of: EntityUID, at: SourceSpan)
  /// An entity that is not among the entities, where its attributes or tags are read.
  case missingEntity(EntityUID, at: SourceSpan)
  /// A result that 64 bits do not hold.
  case overflow(operation: String, at: SourceSpan)
  /// A text that an extension function does not accept.
  case invalidText(function: ExtensionFunction, expected: String, at: SourceSpan)
  case argumentCount(function: ExtensionFunction, found: Int, at: SourceSpan)

  /// Where in the policy's text evaluation stopped.
  public var span: SourceSpan {
    switch self {
    case .type(_, _, let span), .missingAttribute(_, _, let span), .missingTag(_, _, let span),
      .missingEntity(_, let span), .overflow(_, let span), .invalidText(_, _, let span),
      .argumentCount(_, _, let span):
      span
    }
  }

  public var description: String {
    switch self {
    case .type(let expected, let found, _):
      "expected a value of the type \(expected), found \(found)"
    case .missingAttribute(let name, let entity?, _):
      "`\(entity)` has no attribute `\(name)`"
    case .missingAttribute(let name, nil, _):
      "the record has no attribute `\(name)`"
    case .missingTag(let name, let entity, _):
      "`\(entity)` has no tag `\(name)`"
    case .missingEntity(let entity, _):
      "the entity `\(entity)` is not among the entities"
    case .overflow(let operation, _):
      "the result of \(operation) does not fit into 64 bits"
    case .invalidText(let function, let expected, _):
      "`\(function.rawValue)` expected \(expected), found another text"
    case .argumentCount(let function, let found, _):
      "`\(function.rawValue)` takes \(function.argumentCount) arguments with its receiver, "
        + "found \(found)"
    }
  }
}
