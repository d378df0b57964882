/// Texts that came lately in documents that have much in common, so that the next document with the same
/// text need not make it anew. A text is taken from here only where its bytes are the same.
///
/// Bounded: each text has one place, which it takes from the one before it.
public struct JSONTexts: Sendable {
  private static let capacity = 64
  /// Shorter ones need no memory of their own; longer ones are rarely repeated.
  private static let lengths = 16...256

  private var places: [String]

  public init() { self.places = Array(repeating: "", count: Self.capacity) }

  private init(places: [String]) { self.places = places }

  /// Remembers nothing.
  public static let none = JSONTexts(places: [])

  /// - Parameter bytes: ASCII.
  mutating func text(_ bytes: ArraySlice<UInt8>) -> String {
    let place = Self.place(of: bytes)
    guard Self.lengths.contains(bytes.count), self.places.indices.contains(place) else {
      return String(decoding: bytes, as: UTF8.self)
    }
    if self.places[place].utf8.hasSameBytes(as: bytes) { return self.places[place] }
    let text = String(decoding: bytes, as: UTF8.self)
    self.places[place] = text
    return text
  }

  /// By the length and both ends: whoever makes many texts of one place only makes them cost what they
  /// would without it.
  private static func place(of bytes: ArraySlice<UInt8>) -> Int {
    bytes.withUnsafeBytes { bytes in
      guard bytes.count >= 8 else { return 0 }
      let first = bytes.loadUnaligned(as: UInt64.self)
      let last = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
      let mixed = (first ^ (last &* 31) ^ UInt64(bytes.count)) &* 0x9E37_79B9_7F4A_7C15
      return Int(truncatingIfNeeded: mixed >> 58)
    }
  }
}
