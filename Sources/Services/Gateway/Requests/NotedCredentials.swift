import Inspection

/// Credentials that the loop has noted lately as seen, so that not every request takes the lock that all
/// loops share. One that another has pushed out is noted again, which changes nothing.
struct NotedCredentials {
  private static let capacity = 64

  /// Each at the place that its identity gives; held, so that no other gets this identity.
  private var places: [SignedCredential?] = Array(repeating: nil, count: capacity)

  func holds(_ credential: SignedCredential) -> Bool {
    self.places[Self.place(of: credential)] === credential
  }

  mutating func keep(_ credential: SignedCredential) {
    self.places[Self.place(of: credential)] = credential
  }

  private static func place(of credential: SignedCredential) -> Int {
    // Objects begin at multiples of 16.
    Int(bitPattern: ObjectIdentifier(credential)) >> 4 & (self.capacity - 1)
  }
}
