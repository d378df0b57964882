/// The name of one record: its kind and, within the kind, its own name.
///
/// Two keys are equal when their bytes are. `String` compares by canonical equivalence, under which
/// a composed and a decomposed letter are the same; databases compare bytes, so keys do too.
package struct RecordKey: Sendable {
  /// The longest name, in bytes of UTF-8.
  package static let maximumNameLength = 1024

  package let kind: RecordKind
  package let name: String

  /// - Parameters:
  ///   - kind: The kind of the record.
  ///   - name: 1 to 1024 bytes of UTF-8; any characters.
  /// - Throws: ``InvalidRecordName`` for a name that is empty or too long.
  package init(kind: RecordKind, name: String) throws(InvalidRecordName) {
    let length = name.utf8.count
    guard (1...RecordKey.maximumNameLength).contains(length) else {
      throw InvalidRecordName(kind: kind, length: length)
    }
    self.kind = kind
    self.name = name
  }
}

extension RecordKey: Hashable {
  package static func == (left: RecordKey, right: RecordKey) -> Bool {
    left.kind == right.kind && left.name.utf8.elementsEqual(right.name.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    for byte in name.utf8 { hasher.combine(byte) }
  }
}

extension RecordKey: Comparable {
  /// By kind, then by name, both in byte order.
  package static func < (left: RecordKey, right: RecordKey) -> Bool {
    guard left.kind == right.kind else { return left.kind < right.kind }
    return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
  }
}

extension RecordKey: CustomStringConvertible {
  /// `kind/name`, with control characters escaped so that one key stays on one line.
  package var description: String { "\(kind)/\(name.map(RecordKey.printable).joined())" }

  private static func printable(_ character: Character) -> String {
    let isControl = character.unicodeScalars.contains { $0.properties.generalCategory == .control }
    guard isControl else { return String(character) }
    return character.unicodeScalars.map { $0.escaped(asASCII: true) }.joined()
  }
}

/// A record name that is empty or longer than ``RecordKey/maximumNameLength`` bytes.
package struct InvalidRecordName: Error, Hashable, CustomStringConvertible {
  package let kind: RecordKind
  /// The length that was offered, in bytes.
  package let length: Int

  package init(kind: RecordKind, length: Int) {
    self.kind = kind
    self.length = length
  }

  package var description: String {
    "the name of a \(kind) record has \(length) bytes; expected 1 to \(RecordKey.maximumNameLength)"
  }
}
