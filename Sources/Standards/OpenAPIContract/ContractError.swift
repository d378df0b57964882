/// Why a document is not a contract that can be enforced.
public struct ContractError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of error; raw values are stable.
  public enum Code: String, Sendable, Hashable {
    /// The text is neither YAML nor JSON, or uses a part of YAML that is not accepted.
    case syntax
    /// A limit of ``ContractLimits`` is exceeded.
    case tooLarge
    /// A key stands twice in one mapping.
    case duplicateKey
    /// A value has the wrong type or form, or a required one is missing.
    case invalid
    /// A field that the specification does not know; often a misspelt one.
    case unknownField
    /// `openapi` is not 3.0.x or 3.1.x.
    case unsupportedVersion
    /// A `$ref` leaves the document, points at nothing, or leads back to itself.
    case reference
    /// A security requirement names no scheme, or one that cannot be enforced.
    case security
    /// An operationId is used twice.
    case duplicateOperation
    /// Two templates match the same paths for the same method.
    case ambiguousPath
  }

  public let code: Code
  /// Where, as a JSON pointer (RFC 6901) into the document; empty for the whole document.
  public let pointer: String
  /// The line in the text, from 1 on, where only that is known.
  public let line: Int?
  /// What was expected.
  public let message: String

  init(_ code: Code, at pointer: JSONPointer = JSONPointer(), line: Int? = nil, _ message: String) {
    self.code = code
    self.pointer = pointer.description
    self.line = line
    self.message = message
  }

  public var description: String {
    if let line { return "line \(line): \(message)" }
    return pointer.isEmpty ? message : "\(pointer): \(message)"
  }
}

/// How large a contract may be.
public struct ContractLimits: Sendable, Hashable {
  /// The document's text, in bytes of UTF-8.
  public var documentBytes: Int
  /// Values in the document, aliases counted as often as they are used.
  public var values: Int
  /// Mappings and sequences within each other.
  public var depth: Int
  /// Operations in the contract.
  public var operations: Int
  /// Segments of one path template.
  public var pathSegments: Int

  public init(
    documentBytes: Int = 8 << 20, values: Int = 500_000, depth: Int = 100,
    operations: Int = 5_000, pathSegments: Int = 64
  ) {
    self.documentBytes = documentBytes
    self.values = values
    self.depth = depth
    self.operations = operations
    self.pathSegments = pathSegments
  }
}
