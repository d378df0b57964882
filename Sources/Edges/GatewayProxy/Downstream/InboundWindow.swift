/// How much a client may send before it is told that it may send more (RFC 9113 section 5.2): of one
/// stream, or of the connection. It is told once half of the window is used, and not of bytes that still
/// wait here.
struct InboundWindow {
  /// The protocol's own, which our settings leave as it is.
  private static let target = 65_535

  private var size = Self.target
  /// What the library was given to announce and has not written yet.
  private var announced = 0

  /// The library says how large the window is now. It does not say so of each change: what it announces
  /// for a connection is seen with the next content only, whose size is taken off by then.
  mutating func changed(to size: Int) { self.size = size }

  /// The library has written that the window is larger.
  mutating func opened(by increment: Int) {
    self.size += increment
    self.announced = max(0, self.announced - increment)
  }

  /// - Parameter held: bytes that came and that nobody has taken yet.
  /// - Returns: by how much to open the window now.
  mutating func opening(held: Int) -> Int? {
    let open = self.size + self.announced + held
    guard open <= Self.target / 2 else { return nil }
    let increment = Self.target - open
    self.announced += increment
    return increment
  }
}
