/// Reads path items and their operations.
struct OperationReader {
  private static let methods = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
  ]
  private static let pathItemFields = Set(methods).union([
    "$ref", "summary", "description", "servers", "parameters",
  ])
  private static let operationFields: Set<String> = [
    "tags", "summary", "description", "externalDocs", "operationId", "parameters", "requestBody",
    "responses", "callbacks", "deprecated", "security", "servers", "x-gatehouse-max-body",
  ]

  /// An operation and the shape of its path.
  struct Read {
    let operation: Operation
    let template: PathTemplate
    let pointer: JSONPointer
  }

  private let version: OpenAPIVersion
  private let limits: ContractLimits
  private let standardScopes: ScopeRequirement
  private var security: SecurityReader

  init(
    version: OpenAPIVersion, limits: ContractLimits, security: SecurityReader,
    standardScopes: ScopeRequirement
  ) {
    self.version = version
    self.limits = limits
    self.security = security
    self.standardScopes = standardScopes
  }

  var declaredScopes: Set<String> { security.declaredScopes }

  /// The operations of one member of `paths`.
  mutating func operations(path: String, at place: Place) throws(ContractError) -> [Read] {
    let template = try PathTemplate(path, at: place.pointer, limits: limits)
    try place.allowOnly(Self.pathItemFields)
    let item = try Self.pathItem(place)
    try item.allowOnly(Self.pathItemFields)
    let shared = try ParameterReader.parameters(try item.member("parameters"))
    var result: [Read] = []
    for method in Self.methods {
      guard let member = try item.member(method) else { continue }
      let operation = try operation(
        at: member, method: method.uppercased(), path: path, template: template, shared: shared)
      result.append(Read(operation: operation, template: template, pointer: member.pointer))
    }
    return result
  }

  private static func pathItem(_ place: Place) throws(ContractError) -> Place {
    guard let reference = try place.member("$ref") else { return place }
    // The specification leaves open which side wins, and one side could lack the security.
    guard try place.members().count == 1 else {
      throw reference.error(.reference, "a path item with $ref has no other fields here")
    }
    _ = try reference.text()
    return try place.resolved()
  }

  private mutating func operation(
    at place: Place, method: String, path: String, template: PathTemplate,
    shared: [Operation.Parameter]
  ) throws(ContractError) -> Operation {
    try place.allowOnly(Self.operationFields)
    let own = try ParameterReader.parameters(try place.member("parameters"))
    let parameters = ParameterReader.merge(shared, own)
    try ParameterReader.check(parameters, against: template, at: place)
    return Operation(
      id: try identifier(at: place), method: method, pathTemplate: path,
      scopes: try scopes(of: place),
      parameters: parameters, requestBody: try requestBody(of: place),
      responses: try responses(of: place))
  }

  private mutating func scopes(of place: Place) throws(ContractError) -> ScopeRequirement {
    guard let own = try place.member("security") else { return standardScopes }
    return try security.requirement(at: own)
  }

  private func identifier(at place: Place) throws(ContractError) -> String {
    let member = try place.requiredMember("operationId")
    let id = try member.text()
    let isValid = id.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"):
        true
      default: "._-".utf8.contains(byte)
      }
    }
    guard isValid, (1...128).contains(id.utf8.count) else {
      throw member.error(.invalid, "an operationId is 1 to 128 letters, digits, ., _ and -")
    }
    return id
  }

  private func requestBody(of place: Place) throws(ContractError) -> Operation.RequestBody? {
    let ownMaximum = try place.member("x-gatehouse-max-body")?.byteCount()
    guard let body = try place.member("requestBody")?.resolved() else { return nil }
    try body.allowOnly(["description", "content", "required", "x-gatehouse-max-body"])
    var types: [String] = []
    for (key, content) in try body.requiredMember("content").entries() {
      guard let type = MediaType(key) else {
        throw content.error(.invalid, "a key of content is a media type or a range of them")
      }
      types.append(type.essence)
    }
    let maximum = [ownMaximum, try body.member("x-gatehouse-max-body")?.byteCount()]
    return Operation.RequestBody(
      contentTypes: types, isRequired: try body.member("required")?.flag() ?? false,
      maximumBytes: maximum.compactMap { $0 }.min())
  }

  private func responses(of place: Place) throws(ContractError) -> [String] {
    guard let responses = try place.member("responses") else {
      if version == .v31 { return [] }
      throw place.error(.invalid, "responses is missing")
    }
    var statuses: [String] = []
    for (key, response) in try responses.members() {
      guard key == "default" || Self.isStatus(key) else {
        throw response.error(.invalid, "a key of responses is a status, a class (4XX) or default")
      }
      statuses.append(key)
    }
    return statuses
  }

  private static func isStatus(_ key: String) -> Bool {
    guard key.utf8.count == 3, let first = key.utf8.first, "12345".utf8.contains(first) else {
      return false
    }
    let rest = key.dropFirst()
    return rest == "XX" || rest.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
