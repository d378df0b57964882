/// One method and path of a contract.
public final class Operation: Sendable, Hashable {
  /// The `operationId`, unique in its contract: 1 to 128 letters, digits, ".", "_" and "-".
  public let id: String
  /// The method in capitals.
  public let method: String
  /// The path as the contract writes it, such as `/orders/{orderId}`.
  public let pathTemplate: String
  /// What the caller's credential must carry.
  public let scopes: ScopeRequirement
  /// Parameters in path, query, header and cookie; those of the path item included.
  public let parameters: [Parameter]
  /// The body, or nil if none is declared.
  public let requestBody: RequestBody?
  /// Declared statuses: three digits, a class such as `4XX`, or `default`.
  public let responses: [String]

  init(
    id: String, method: String, pathTemplate: String, scopes: ScopeRequirement,
    parameters: [Parameter], requestBody: RequestBody?, responses: [String]
  ) {
    self.id = id
    self.method = method
    self.pathTemplate = pathTemplate
    self.scopes = scopes
    self.parameters = parameters
    self.requestBody = requestBody
    self.responses = responses
  }

  public static func == (lhs: Operation, rhs: Operation) -> Bool {
    lhs === rhs
      || lhs.id == rhs.id && lhs.method == rhs.method && lhs.pathTemplate == rhs.pathTemplate
        && lhs.scopes == rhs.scopes && lhs.parameters == rhs.parameters
        && lhs.requestBody == rhs.requestBody && lhs.responses == rhs.responses
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(self.id)
    hasher.combine(self.method)
    hasher.combine(self.pathTemplate)
  }

  /// A parameter outside the body.
  public struct Parameter: Sendable, Hashable {
    public enum Location: String, Sendable, Hashable {
      case path
      case query
      case header
      case cookie
    }

    /// How a parameter shows in a request.
    enum Appearance: Sendable, Hashable {
      /// Under its own name.
      case name
      /// As `name[…]` (`deepObject`).
      case nameWithBrackets
      /// Under names of its properties, so that its absence cannot be told without its schema.
      case properties
    }

    public let name: String
    public let location: Location
    public let isRequired: Bool
    let appearance: Appearance
  }

  /// What a request may have as content.
  public struct RequestBody: Sendable, Hashable {
    /// Media types in lower case without parameters; `*/*` and `type/*` are ranges.
    public let contentTypes: [String]
    public let isRequired: Bool
    /// The most bytes, from `x-gatehouse-max-body` on the body or the operation.
    public let maximumBytes: UInt64?
  }
}
