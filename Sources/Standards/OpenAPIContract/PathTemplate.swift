/// A path of a contract, cut into segments.
///
/// A segment is a literal, or one variable with literal text around it (`{id}`, `{id}:cancel`,
/// `report.{format}`). More than one variable in a segment is refused.
struct PathTemplate: Sendable, Hashable {
  enum Segment: Sendable, Hashable {
    case literal(String)
    case variable(prefix: String, suffix: String)
  }

  let segments: [Segment]
  /// Names of the variables, in the order of the segments that hold them.
  let variables: [String]

  init(
    _ text: String, at pointer: JSONPointer, limits: ContractLimits
  ) throws(ContractError) {
    guard text.utf8.first == UInt8(ascii: "/") else {
      throw ContractError(.invalid, at: pointer, "a path must begin with a slash")
    }
    guard !text.utf8.contains(where: { "?#".utf8.contains($0) }) else {
      throw ContractError(.invalid, at: pointer, "a path holds no query and no fragment")
    }
    let parts = text.utf8.dropFirst().split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count <= limits.pathSegments else {
      throw ContractError(
        .tooLarge, at: pointer, "a path has at most \(limits.pathSegments) segments")
    }
    var segments: [Segment] = []
    var variables: [String] = []
    for (index, part) in parts.enumerated() {
      let (segment, variable) = try Self.segment(part, at: pointer)
      if segment == .literal(""), index + 1 < parts.count {
        throw ContractError(.invalid, at: pointer, "a path has no empty segments")
      }
      segments.append(segment)
      if let variable { variables.append(variable) }
    }
    guard Set(variables).count == variables.count else {
      throw ContractError(.invalid, at: pointer, "a path names each of its variables once")
    }
    self.segments = segments
    self.variables = variables
  }

  private typealias Bytes = Substring.UTF8View

  private static func segment(
    _ part: Bytes, at pointer: JSONPointer
  ) throws(ContractError) -> (Segment, String?) {
    let malformed = ContractError(
      .invalid, at: pointer,
      "a segment is plain text with at most one variable in braces, without . and ..")
    guard let open = part.firstIndex(of: UInt8(ascii: "{")) else {
      guard !part.contains(UInt8(ascii: "}")), let text = PercentDecoding.decode(part),
        text != ".", text != ".."
      else { throw malformed }
      return (.literal(text), nil)
    }
    guard let close = part.firstIndex(of: UInt8(ascii: "}")), open < close,
      let prefix = PercentDecoding.decode(part[..<open]),
      let suffix = PercentDecoding.decode(part[part.index(after: close)...])
    else { throw malformed }
    let name = String(decoding: part[part.index(after: open)..<close], as: UTF8.self)
    let isPlain = ![prefix, suffix, name].contains { $0.contains { "{}".contains($0) } }
    guard isPlain, !name.isEmpty else { throw malformed }
    return (.variable(prefix: prefix, suffix: suffix), name)
  }
}
