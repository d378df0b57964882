import EventIndex

/// Index keys as bytes: kind, 0xFF, value; several are parted by 0xFE.
///
/// UTF-8 never has these two bytes, so nothing in a key can be mistaken for them.
enum KeyBytes {
  private static let valueMark: UInt8 = 0xFF
  private static let nextMark: UInt8 = 0xFE

  static func encode(_ keys: [IndexKey]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (number, key) in keys.enumerated() {
      if number > 0 { bytes.append(nextMark) }
      bytes.append(contentsOf: key.kind.utf8)
      bytes.append(valueMark)
      bytes.append(contentsOf: key.value.utf8)
    }
    return bytes
  }

  /// FNV-1a of the key's bytes. Part of the file format. Keys that share a hash are told apart by
  /// their bytes, so a collision costs time and nothing else.
  static func hash(_ key: IndexKey) -> Int64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    for byte in key.kind.utf8 { mix(byte) }
    mix(valueMark)
    for byte in key.value.utf8 { mix(byte) }
    return Int64(bitPattern: hash)
  }

  /// The keys, or nil where the bytes are not those of ``encode(_:)``.
  static func decode(_ bytes: [UInt8]) -> [IndexKey]? {
    guard !bytes.isEmpty else { return [] }
    var keys: [IndexKey] = []
    for part in bytes.split(separator: nextMark, omittingEmptySubsequences: false) {
      guard let key = decodeOne(part) else { return nil }
      keys.append(key)
    }
    return keys
  }

  private static func decodeOne(_ bytes: ArraySlice<UInt8>) -> IndexKey? {
    guard let mark = bytes.firstIndex(of: valueMark),
      let kind = String(validating: bytes[..<mark], as: UTF8.self),
      let value = String(validating: bytes[mark...].dropFirst(), as: UTF8.self)
    else { return nil }
    return IndexKey(kind: kind, value: value)
  }
}
