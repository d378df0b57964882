/// How much a client may send before it is told that it may send more (RFC 9113 section 5.2): of one
/// stream, or of the connection. It is told once half of the window is used, and not of bytes that still
/// wait here.
struct InboundWindow {
  /// The protocol's own, which our settings leave as it is.
  private static let target = 65_535

  private var size = Self.target
  /// Announced, and not counted in `size` yet: the library may hold a frame back.
  private var announced = 0

  /// The library says how large the window is now.
  mutating func changed(to size: Int) {
    if size > self.size { self.announced = max(0, self.announced - (size - self.size)) }
    self.size = size
  }

  /// An announcement has left the library, which counts it from now on. Of the connection's window it says
  /// so only with the next content, and how much of that went is not told.
  mutating func announced(_ increment: Int) {
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
