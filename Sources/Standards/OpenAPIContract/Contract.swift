/// The operations of a service, from an OpenAPI 3.0 or 3.1 document.
///
/// `servers` is ignored: paths are matched as they stand in `paths`. Callbacks, webhooks and links
/// are not read. Fields that the specification does not know are refused in the document, in path
/// items, operations and bodies, because a misspelt `security` would open an operation.
public struct Contract: Sendable {
  /// `info.title`.
  public let title: String
  /// `info.version`.
  public let version: String
  /// In the order of the document.
  public let operations: [Operation]
  /// Scopes of OAuth flows and of requirements.
  public let declaredScopes: Set<String>
  private let trie: PathTrie

  /// Reads a document, YAML or JSON.
  ///
  /// - Throws: ``ContractError`` with the place of the first error.
  public init(
    parsing text: String, limits: ContractLimits = ContractLimits()
  ) throws(ContractError) {
    let root = try Document(parsing: text, limits: limits).start
    let openapi = try OpenAPIVersion(at: try root.requiredMember("openapi"))
    try root.allowOnly(Self.rootFields)
    let info = try root.requiredMember("info")
    title = try info.requiredMember("title").text()
    version = try Self.plainText(try info.requiredMember("version"))
    var security = try SecurityReader(components: try root.member("components"), version: openapi)
    let standardScopes: ScopeRequirement
    if let place = try root.member("security") {
      standardScopes = try security.requirement(at: place)
    } else {
      standardScopes = .none
    }
    var reader = OperationReader(
      version: openapi, limits: limits, security: security, standardScopes: standardScopes)
    var index = OperationIndex(limits: limits)
    if let paths = try root.member("paths") {
      for (path, item) in try paths.members() {
        for read in try reader.operations(path: path, at: item) { try index.add(read) }
      }
    } else if openapi == .v30 {
      throw root.error(.invalid, "paths is missing")
    }
    operations = index.operations
    trie = index.trie
    declaredScopes = reader.declaredScopes
  }

  private static let rootFields: Set<String> = [
    "openapi", "info", "jsonSchemaDialect", "servers", "paths", "webhooks", "components",
    "security", "tags", "externalDocs",
  ]

  /// Versions such as 1.0 are often written without quotes.
  private static func plainText(_ place: Place) throws(ContractError) -> String {
    if case .number(let text) = place.value { return text }
    return try place.text()
  }

  /// What a request is for.
  public enum Match: Sendable, Hashable {
    /// An operation, and its path's parameters by name, decoded once and never empty.
    case operation(Operation, parameters: [String: String])
    /// The path is known, but not with this method; `allow` holds those it has, sorted.
    case methodNotAllowed(allow: [String])
    case notFound
  }

  /// The names of the parameters in the paths of all operations.
  public var pathParameterNames: Set<String> {
    Set(operations.flatMap(\.parameters).filter { $0.location == .path }.map(\.name))
  }

  /// The operation with this id.
  public func operation(id: String) -> Operation? { operations.first { $0.id == id } }

  /// The decoded segments of a path that begins with a slash; nil if one cannot be decoded. It is cut at bytes:
  /// to Swift, a slash and a combining mark behind it are one character.
  private static func segments(of path: String) -> [String]? {
    var segments: [String] = []
    var rest = path[path.utf8.index(after: path.startIndex)...]
    while true {
      let end = rest.utf8.firstIndex(of: UInt8(ascii: "/"))
      guard let segment = PercentDecoding.decode(rest[..<(end ?? rest.endIndex)]) else {
        return nil
      }
      segments.append(segment)
      guard let end else { return segments }
      rest = rest[rest.utf8.index(after: end)...]
    }
  }

  /// The operation for `method` (in capitals) and `path` (as sent, without query).
  ///
  /// The path is cut at its slashes and each segment decoded once; case matters, and so does a
  /// slash at the end. HEAD does not follow from GET. A path that cannot be decoded is not found.
  public func match(method: String, path: String) -> Match {
    guard path.utf8.first == UInt8(ascii: "/") else { return .notFound }
    guard let segments = Self.segments(of: path), let found = trie.find(segments) else {
      return .notFound
    }
    guard let entry = found.operations[method], operations.indices.contains(entry.index) else {
      return .methodNotAllowed(allow: found.operations.keys.sorted())
    }
    let operation = operations[entry.index]
    guard !entry.variables.isEmpty else { return .operation(operation, parameters: [:]) }
    let pairs = zip(entry.variables, found.values)
    return .operation(
      operation, parameters: Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
  }
}

/// Collects operations and refuses those that could not be told apart.
private struct OperationIndex {
  let limits: ContractLimits
  private(set) var operations: [Operation] = []
  private(set) var trie = PathTrie()
  private var ids: Set<String> = []

  init(limits: ContractLimits) { self.limits = limits }

  mutating func add(_ read: OperationReader.Read) throws(ContractError) {
    guard operations.count < limits.operations else {
      throw ContractError(
        .tooLarge, at: read.pointer, "there are more than \(limits.operations) operations")
    }
    guard ids.insert(read.operation.id).inserted else {
      throw ContractError(
        .duplicateOperation, at: read.pointer.appending("operationId"),
        "this operationId is used twice")
    }
    let index = operations.count
    if let other = trie.insert(read.template, method: read.operation.method, operation: index) {
      throw ContractError(
        .ambiguousPath, at: read.pointer,
        "this path matches what \(operations[other].pathTemplate) matches, with the same method")
    }
    operations.append(read.operation)
  }
}
