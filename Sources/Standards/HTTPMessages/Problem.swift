/// Problem details, RFC 9457.
public struct Problem: Sendable, Hashable {
  /// The media type of ``body()``.
  public static let mediaType = "application/problem+json"

  /// A URI that names the kind of problem.
  public var type: String
  /// The kind of problem in words; the same for every occurrence.
  public var title: String
  public var status: HTTPStatus
  /// This occurrence in words.
  public var detail: String?
  /// A URI that names this occurrence.
  public var instance: String?
  /// Further members, in order; those named like the five above are left out.
  public var extensions: [JSONText.Member]

  public init(
    type: String, title: String, status: HTTPStatus, detail: String? = nil,
    instance: String? = nil, extensions: [JSONText.Member] = []
  ) {
    self.type = type
    self.title = title
    self.status = status
    self.detail = detail
    self.instance = instance
    self.extensions = extensions
  }

  private static let ownMembers: Set<String> = ["type", "title", "status", "detail", "instance"]

  /// The JSON text of the problem.
  public func body() -> [UInt8] {
    var members: [JSONText.Member] = [
      .init("type", .string(type)), .init("title", .string(title)),
      .init("status", .integer(Int64(status.code))),
    ]
    if let detail { members.append(.init("detail", .string(detail))) }
    if let instance { members.append(.init("instance", .string(instance))) }
    members += extensions.filter { !Self.ownMembers.contains($0.name) }
    var output: [UInt8] = []
    JSONText.object(members).write(into: &output)
    return output
  }
}
