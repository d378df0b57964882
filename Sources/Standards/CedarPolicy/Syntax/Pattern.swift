/// The right side of `like`: code points, and wildcards that match any run of them.
public struct Pattern: Sendable, Hashable, CustomStringConvertible {
  /// One step of a pattern.
  public enum Element: Sendable, Hashable {
    /// Matches any text, the empty one included.
    case wildcard
    /// Matches this code point.
    case scalar(Unicode.Scalar)
  }

  /// The steps in order; neighbouring wildcards count as one.
  public let elements: [Element]

  public init(_ elements: [Element]) {
    var kept: [Element] = []
    for element in elements where element != .wildcard || kept.last != .wildcard {
      kept.append(element)
    }
    self.elements = kept
  }

  /// Whether the whole text matches; at most the product of both lengths in steps.
  public func matches(_ text: String) -> Bool {
    let scalars = text.unicodeScalars
    var position = scalars.startIndex
    var step = 0
    // Where to go on when the text stops matching: after the last wildcard, one code point later.
    var retry: (step: Int, position: String.Index)?
    while position < scalars.endIndex {
      switch step < elements.count ? elements[step] : nil {
      case .scalar(let wanted) where wanted == scalars[position]:
        step += 1
        position = scalars.index(after: position)
      case .wildcard:
        step += 1
        retry = (step, position)
      default:
        guard let last = retry else { return false }
        position = scalars.index(after: last.position)
        retry = (last.step, position)
        step = last.step
      }
    }
    return elements.dropFirst(step).allSatisfy { $0 == .wildcard }
  }

  /// The pattern as a Cedar string, an asterisk that stands for itself escaped.
  public var description: String {
    var text = "\""
    for element in elements {
      switch element {
      case .wildcard: text += "*"
      case .scalar("*"): text += "\\*"
      case .scalar(let scalar):
        // By code points: a combining one would join the quotation mark.
        text += String(String(scalar).cedarLiteral.unicodeScalars.dropFirst().dropLast())
      }
    }
    return text + "\""
  }
}
