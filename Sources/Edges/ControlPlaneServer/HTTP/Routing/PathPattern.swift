import ControlPlaneAPI

/// A path of which some segments are parameters, such as `/v1/records/{kind}/{name}`.
struct PathPattern: Hashable, Sendable {
  private enum Segment: Hashable {
    case literal(Substring)
    case parameter
  }

  /// As it was written; also the label under which requests are counted.
  let text: String
  private let segments: [Segment]

  init(_ text: String) {
    self.text = text
    self.segments = Self.split(text[...]).map {
      $0.hasPrefix("{") && $0.hasSuffix("}") ? .parameter : .literal($0)
    }
  }

  /// The decoded parameters in order, if the path fits; an empty segment is no parameter.
  func parameters(of path: some StringProtocol) -> [String]? {
    let parts = Self.split(Substring(path))
    guard parts.count == self.segments.count else { return nil }
    var parameters: [String] = []
    for (segment, part) in zip(self.segments, parts) {
      switch segment {
      case .literal(let literal):
        guard literal == part else { return nil }
      case .parameter:
        guard let text = PathSegment.decode(part), !text.isEmpty else { return nil }
        parameters.append(text)
      }
    }
    return parameters
  }

  private static func split(_ path: Substring) -> [Substring] {
    path.split(separator: "/", omittingEmptySubsequences: false)
  }
}
