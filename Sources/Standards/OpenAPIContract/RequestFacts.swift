/// What a gateway knows of a request before it has read the body.
public struct RequestFacts: Sendable, Hashable {
  /// Values of Content-Type, one for each field line.
  public var contentTypes: [String]
  /// Whether content follows the head.
  public var hasBody: Bool
  /// The announced size of the content; nil if unknown or none.
  public var bodyBytes: UInt64?
  /// Names of query parameters, decoded.
  public var queryNames: Set<String>
  /// Names of fields in lower case, as far as they are passed on.
  public var headerNames: Set<String>

  public init(
    contentTypes: [String] = [], hasBody: Bool = false, bodyBytes: UInt64? = nil,
    queryNames: Set<String> = [], headerNames: Set<String> = []
  ) {
    self.contentTypes = contentTypes
    self.hasBody = hasBody
    self.bodyBytes = bodyBytes
    self.queryNames = queryNames
    self.headerNames = headerNames
  }
}

/// One way in which a request breaks its contract. It never holds a value from the request.
public struct Violation: Sendable, Hashable {
  /// What is broken; raw values are stable.
  public enum Keyword: String, Sendable, Hashable {
    /// A required body or parameter is missing.
    case required
    /// There is a body where the contract has none.
    case unexpectedBody
    /// The body's media type is missing, malformed or not in the contract.
    case contentType
    /// There is more than one Content-Type.
    case repeatedContentType
    /// The body is announced to be larger than the contract allows.
    case maximumBytes
  }

  /// Where, as a JSON pointer: `/body`, `/query/<name>` or `/header/<name in lower case>`.
  public let pointer: String
  public let keyword: Keyword

  public init(pointer: String, keyword: Keyword) {
    self.pointer = pointer
    self.keyword = keyword
  }

  /// The status to answer with if this is the only violation.
  public var status: Int {
    switch keyword {
    case .maximumBytes: 413
    case .contentType: 415
    case .required, .unexpectedBody, .repeatedContentType: 400
    }
  }
}

extension Operation {
  /// Whether a request without a body can break the contract by what its head says: by a parameter that
  /// is missing, or the body itself.
  public var constrainsHeads: Bool {
    requestBody?.isRequired == true
      || parameters.contains {
        $0.isRequired && ($0.location == .query || $0.location == .header)
      }
  }

  /// What can be said against a request without looking into its body: nothing about cookies, and
  /// nothing about query parameters that show only under the names of their properties.
  public func violations(of facts: RequestFacts) -> [Violation] {
    bodyViolations(of: facts) + parameters.compactMap { violation(of: facts, parameter: $0) }
  }

  private func violation(of facts: RequestFacts, parameter: Parameter) -> Violation? {
    guard parameter.isRequired, !isPresent(parameter, in: facts) else { return nil }
    let isHeader = parameter.location == .header
    let name = isHeader ? parameter.name.lowercased() : parameter.name
    let pointer = JSONPointer([parameter.location.rawValue, name])
    return Violation(pointer: pointer.description, keyword: .required)
  }

  private func isPresent(_ parameter: Parameter, in facts: RequestFacts) -> Bool {
    switch parameter.location {
    case .path, .cookie: return true
    case .header: return facts.headerNames.contains(parameter.name.lowercased())
    case .query: break
    }
    switch parameter.appearance {
    case .name: return facts.queryNames.contains(parameter.name)
    case .nameWithBrackets: return facts.queryNames.contains { $0.hasPrefix("\(parameter.name)[") }
    case .properties: return true
    }
  }

  private func bodyViolations(of facts: RequestFacts) -> [Violation] {
    guard facts.hasBody else {
      return requestBody?.isRequired == true ? [.init(pointer: "/body", keyword: .required)] : []
    }
    guard let requestBody else { return [.init(pointer: "/body", keyword: .unexpectedBody)] }
    var violations: [Violation] = []
    if facts.contentTypes.count > 1 {
      violations.append(
        Violation(pointer: "/header/content-type", keyword: .repeatedContentType))
    } else if !requestBody.accepts(facts.contentTypes.first) {
      violations.append(Violation(pointer: "/header/content-type", keyword: .contentType))
    }
    if let maximum = requestBody.maximumBytes, let bytes = facts.bodyBytes, bytes > maximum {
      violations.append(Violation(pointer: "/body", keyword: .maximumBytes))
    }
    return violations
  }
}

extension Operation.RequestBody {
  /// Whether content of this type is declared; parameters of media types are not compared.
  func accepts(_ contentType: String?) -> Bool {
    guard let contentType, let sent = MediaType(contentType), sent.type != "*",
      sent.subtype != "*"
    else { return false }
    return contentTypes.contains { MediaType($0)?.covers(sent) ?? false }
  }
}
