/// Where a member's name and value stand in a document.
struct MemberPlace: Sendable {
  enum Value: Sendable {
    /// The ASCII text of a string without escapes.
    case text(Range<Int>)
    case made(JSONValue)
  }

  /// The ASCII text of the name, without escapes.
  let name: Range<Int>
  let value: Value
}

/// Finds the members of a document that is one object of few members with plain names.
///
/// It accepts nothing that `JSONParser` would not, and is silent where it does not accept: then that
/// parser says what the document is, or what is wrong with it. Nested values are left to it too.
struct MemberScanner {
  /// Names are compared each with each, which for more would cost more than an index of them.
  private static let mostMembers = 24

  private let bytes: [UInt8]
  private let limits: JSONLimits
  private var position = 0

  init(_ bytes: [UInt8], _ limits: JSONLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  /// - Returns: `nil` for a document that is not acceptable, or not as simple.
  mutating func places() -> [MemberPlace]? {
    guard self.bytes.count <= self.limits.maximumBytes, self.limits.maximumDepth >= 1 else {
      return nil
    }
    self.skipWhitespace()
    guard self.take(UInt8(ascii: "{")), let places = self.members() else { return nil }
    self.skipWhitespace()
    return self.position == self.bytes.count ? places : nil
  }

  private mutating func members() -> [MemberPlace]? {
    let most = min(Self.mostMembers, self.limits.maximumMembers)
    var places: [MemberPlace] = []
    self.skipWhitespace()
    if self.take(UInt8(ascii: "}")) { return places }
    places.reserveCapacity(12)
    repeat {
      guard places.count < most, let place = self.member(), !self.isNamed(place, places) else {
        return nil
      }
      places.append(place)
      self.skipWhitespace()
      if self.take(UInt8(ascii: "}")) { return places }
    } while self.take(UInt8(ascii: ","))
    return nil
  }

  private func isNamed(_ place: MemberPlace, _ places: [MemberPlace]) -> Bool {
    self.bytes.withUnsafeBytes { bytes in
      let name = UnsafeRawBufferPointer(rebasing: bytes[place.name])
      for index in places.indices where places[index].name.count == name.count {
        let known = UnsafeRawBufferPointer(rebasing: bytes[places[index].name])
        if known.hasSameBytes(as: name) { return true }
      }
      return false
    }
  }

  private mutating func member() -> MemberPlace? {
    self.skipWhitespace()
    guard let name = self.plainString() else { return nil }
    self.skipWhitespace()
    guard self.take(UInt8(ascii: ":")) else { return nil }
    self.skipWhitespace()
    if let text = self.plainString() { return MemberPlace(name: name, value: .text(text)) }
    var parser = JSONParser(self.bytes, self.limits)
    parser.position = self.position
    guard let value = try? parser.value(depth: 1) else { return nil }
    self.position = parser.position
    return MemberPlace(name: name, value: .made(value))
  }

  /// The place of what stands between quotes, if it is ASCII without escapes. Otherwise the position
  /// stays.
  private mutating func plainString() -> Range<Int>? {
    let document = self.bytes
    let bytes = document.span
    guard self.position < bytes.count, bytes[self.position] == UInt8(ascii: "\"") else {
      return nil
    }
    let start = self.position + 1
    var end = start
    while end < bytes.count {
      switch bytes[end] {
      case UInt8(ascii: "\""):
        self.position = end + 1
        return start..<end
      case UInt8(ascii: "\\"), 0..<0x20, 0x80...: return nil
      default: end += 1
      }
    }
    return nil
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard self.position < self.bytes.count, self.bytes[self.position] == byte else { return false }
    self.position += 1
    return true
  }

  private mutating func skipWhitespace() {
    while self.position < self.bytes.count {
      switch self.bytes[self.position] {
      case 0x20, 0x09, 0x0A, 0x0D: self.position += 1
      default: return
      }
    }
  }
}
