/// The members of one JSON object: the document is checked whole, but values are made only when they
/// are asked for.
///
/// What is accepted, what is refused and why are the same as with `JSONValue.init(parsing:limits:)`.
public struct JSONMembers: Sendable {
  enum Content: Sendable {
    /// Names and values as places in the document.
    case places([MemberPlace], in: [UInt8])
    case object(JSONObject)
  }

  private let content: Content

  /// Parses one JSON document.
  /// - Returns: `nil` if it is acceptable, but no object.
  public init?(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
    var scanner = MemberScanner(bytes, limits)
    if let places = scanner.places() {
      self.content = .places(places, in: bytes)
      return
    }
    guard let object = try JSONValue(parsing: bytes, limits: limits).objectValue else { return nil }
    self.content = .object(object)
  }

  public init(_ object: JSONObject) { self.content = .object(object) }

  /// Whether the document did without the tree.
  var isScanned: Bool {
    if case .places = self.content { true } else { false }
  }

  /// All of them, as an object.
  public var object: JSONObject {
    switch self.content {
    case .object(let object): return object
    case .places(let places, let bytes):
      return JSONObject(
        places.map { (name: Self.text(bytes[$0.name]), value: Self.value($0.value, bytes)) })
    }
  }

  /// The value of the member with this name; nil if there is none.
  public subscript(name: String) -> JSONValue? {
    switch self.content {
    case .object(let object): return object[name]
    case .places(let places, let bytes):
      return Self.place(name, places, bytes).map { Self.value($0.value, bytes) }
    }
  }

  /// The same, where texts that came lately are not made anew.
  public func value(_ name: String, _ texts: inout JSONTexts) -> JSONValue? {
    guard case .places(let places, let bytes) = self.content else { return self[name] }
    guard let place = Self.place(name, places, bytes) else { return nil }
    guard case .text(let range) = place.value else { return Self.value(place.value, bytes) }
    return .string(texts.text(bytes[range]))
  }

  /// Whether the member is a text of exactly these bytes, or with `nil` whether there is none of this
  /// name. No value is made for it.
  public func holds(_ name: String, _ text: String?) -> Bool {
    guard case .places(let places, let bytes) = self.content else {
      guard let value = self[name] else { return text == nil }
      guard let text else { return false }
      return value == .string(text)
    }
    guard let place = Self.place(name, places, bytes) else { return text == nil }
    guard let text, case .text(let range) = place.value else { return false }
    return text.utf8.hasSameBytes(as: bytes[range])
  }

  private static func place(
    _ name: String, _ places: [MemberPlace], _ bytes: [UInt8]
  ) -> MemberPlace? {
    var name = name
    return name.withUTF8 { name in
      bytes.withUnsafeBytes { bytes in
        let name = UnsafeRawBufferPointer(name)
        for index in places.indices where places[index].name.count == name.count {
          let range = places[index].name
          if UnsafeRawBufferPointer(rebasing: bytes[range]).hasSameBytes(as: name) {
            return places[index]
          }
        }
        return nil
      }
    }
  }

  private static func value(_ value: MemberPlace.Value, _ bytes: [UInt8]) -> JSONValue {
    switch value {
    case .text(let range): .string(self.text(bytes[range]))
    case .made(let value): value
    }
  }

  /// Of ASCII only.
  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }
}

extension JSONMembers: Hashable {
  public static func == (left: Self, right: Self) -> Bool { left.object == right.object }

  public func hash(into hasher: inout Hasher) { hasher.combine(self.object) }
}
