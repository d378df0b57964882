/// Names and beginnings of names, looked up in a field's bytes without copying them.
struct FieldNameRules: Sendable {
  private struct Rule: Sendable {
    let name: [UInt8]
    let isPrefix: Bool
    let reason: ForwardingRules.Dropped

    func covers(_ field: ArraySlice<UInt8>) -> Bool {
      isPrefix
        ? field.count >= name.count && FieldNameRules.isEqual(field.prefix(name.count), name)
        : FieldNameRules.isEqual(field, name)
    }
  }

  /// By the third byte, in which names that begin with "x-" differ; shorter names are at 0.
  private var rules = [[Rule]](repeating: [], count: 256)

  /// All names and prefixes are in lower case, with "-" only, and at least two bytes long.
  init(_ names: [ForwardingRules.Dropped: Set<String>], prefixes: [String]) {
    for (reason, group) in names {
      for name in group { add(name, isPrefix: false, reason) }
    }
    for prefix in prefixes { add(prefix, isPrefix: true, .identityOrRoute) }
  }

  func reason(for field: ArraySlice<UInt8>) -> ForwardingRules.Dropped? {
    rules[Self.key(field)].first { $0.covers(field) }?.reason
  }

  private mutating func add(_ name: String, isPrefix: Bool, _ reason: ForwardingRules.Dropped) {
    let bytes = Array(name.utf8)
    rules[Self.key(bytes)].append(Rule(name: bytes, isPrefix: isPrefix, reason: reason))
  }

  private static func key(_ name: some Collection<UInt8>) -> Int {
    name.dropFirst(2).first.map { Int(folded($0)) } ?? 0
  }

  @inline(__always)
  private static func folded(_ byte: UInt8) -> UInt8 {
    byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : byte.lowercased
  }

  /// Whether both names are equal without case and with "_" equal to "-".
  static func isEqual(_ left: ArraySlice<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).allSatisfy { folded($0) == folded($1) }
  }
}
