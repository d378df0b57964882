/// What sort of thing a record is: `workload`, `service`, `signingKey`.
///
/// A kind starts with a lower-case ASCII letter and goes on with ASCII letters, digits and hyphens,
/// 64 characters at most.
package struct RecordKind: RawRepresentable, Hashable, Sendable {
  package static let maximumLength = 64

  package let rawValue: String

  /// The kind of that name, or nil where the name breaks the rules above.
  package init?(rawValue: String) {
    guard RecordKind.isValid(rawValue) else { return nil }
    self.rawValue = rawValue
  }

  /// A kind written in the source: `static let workload = RecordKind("workload")`.
  ///
  /// A `StaticString` is a literal of the program, never input, so a bad one is a mistake of the
  /// programmer and stops the program the first time that it is used.
  package init(_ literal: StaticString) {
    let name = literal.description
    precondition(RecordKind.isValid(name), "a record kind is [a-z][A-Za-z0-9-]*, at most 64 long")
    self.rawValue = name
  }

  private static func isValid(_ name: String) -> Bool {
    let bytes = name.utf8
    guard bytes.count <= maximumLength, let first = bytes.first else { return false }
    return (0x61...0x7A).contains(first) && bytes.dropFirst().allSatisfy(isLaterByte)
  }

  private static func isLaterByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2D: true
    default: false
    }
  }
}

extension RecordKind: Comparable {
  /// Byte order.
  package static func < (left: RecordKind, right: RecordKind) -> Bool {
    left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
  }
}

extension RecordKind: CustomStringConvertible {
  package var description: String { rawValue }
}
