/// The members of a JSON object: unique names, in the order in which they were written or added.
///
/// Names are compared by code points. Looking up is linear in small objects and hashed in large
/// ones. Equality disregards the order.
public struct JSONObject: Sendable {
  private var storage: [Member] = []
  /// Positions by name, kept only while there are more members than a scan is good for.
  private var index: [MemberName: Int]?

  private static let largestScan = 12

  struct Member: Sendable, Hashable {
    let name: MemberName
    var value: JSONValue
  }

  /// An object without members.
  public init() {}

  /// An object with these members in this order; of two with one name the later value counts, at
  /// the place of the earlier.
  public init(_ members: [(name: String, value: JSONValue)]) {
    storage.reserveCapacity(members.count)
    for member in members { self[member.name] = member.value }
  }

  /// How many members there are.
  public var count: Int { storage.count }

  /// Whether there is no member.
  public var isEmpty: Bool { storage.isEmpty }

  /// The members in order.
  public var members: [(name: String, value: JSONValue)] {
    storage.map { (name: $0.name.text, value: $0.value) }
  }

  /// The names in order.
  public var keys: [String] { storage.map(\.name.text) }

  /// The value of the member with this name; nil if there is none. Setting replaces the value in
  /// its place or adds the member at the end; setting nil removes the member.
  public subscript(name: String) -> JSONValue? {
    get {
      position(of: MemberName(text: name)).map { storage[$0].value }
    }
    set {
      let key = MemberName(text: name)
      switch (position(of: key), newValue) {
      case (let position?, let value?): storage[position].value = value
      case (let position?, nil): remove(at: position)
      case (nil, let value?): add(Member(name: key, value: value))
      case (nil, nil): break
      }
    }
  }

  /// Adds a member at the end, unless its name is taken: then nothing changes and the answer is
  /// false.
  mutating func append(name: String, value: JSONValue) -> Bool {
    let key = MemberName(text: name)
    guard position(of: key) == nil else { return false }
    add(Member(name: key, value: value))
    return true
  }

  private func position(of name: MemberName) -> Int? {
    if let index { return index[name] }
    return storage.firstIndex { $0.name == name }
  }

  private mutating func add(_ member: Member) {
    storage.append(member)
    if index != nil {
      index?[member.name] = storage.count - 1
    } else if storage.count > Self.largestScan {
      makeIndex()
    }
  }

  private mutating func remove(at position: Int) {
    storage.remove(at: position)
    index = nil
    if storage.count > Self.largestScan { makeIndex() }
  }

  private mutating func makeIndex() {
    var positions: [MemberName: Int] = [:]
    positions.reserveCapacity(storage.count * 2)
    for (position, member) in storage.enumerated() { positions[member.name] = position }
    index = positions
  }

  /// Calls `body` with each member, sorted by name in UTF-16 code units if `sorted`.
  func forEachMember(sorted: Bool, _ body: (String, JSONValue) -> Void) {
    let ordered =
      sorted
      ? storage.sorted { $0.name.text.utf16.lexicographicallyPrecedes($1.name.text.utf16) }
      : storage
    for member in ordered { body(member.name.text, member.value) }
  }
}

/// A member's name, equal by code points.
struct MemberName: Sendable, Hashable {
  let text: String

  static func == (left: MemberName, right: MemberName) -> Bool {
    left.text.hasSameCodePoints(as: right.text)
  }
}

extension JSONObject: Hashable {
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    guard left.count == right.count else { return false }
    return left.storage.allSatisfy { member in
      right.position(of: member.name).map { right.storage[$0].value == member.value } ?? false
    }
  }

  public func hash(into hasher: inout Hasher) {
    var mixed = 0
    for member in storage { mixed ^= member.hashValue }
    hasher.combine(mixed)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// The members in the order written; of two with one name the later one counts.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(elements.map { (name: $0.0, value: $0.1) })
  }
}
