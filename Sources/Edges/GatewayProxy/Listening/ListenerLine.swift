/// Of listeners that follow one another: who listens, who is about to, and who has been relieved.
///
/// A state machine without I/O. Listeners are numbers, later ones the higher.
package struct ListenerLine<Address: Hashable & Sendable>: Sendable {
  /// How a listener ended.
  package enum End: Hashable, Sendable {
    /// It was relieved, or everything ends.
    case inOrder
    /// It failed, and another is in charge.
    case withoutEffect
    /// It failed, and nobody else listens.
    case fatal
  }

  /// Of those that have not ended.
  private var addresses: [Int: Address] = [:]
  private var attempted: Address?
  private var count = 0
  private var inCharge: Int?
  private var isClosing = false

  package init() {}

  /// Whether all have ended, and none will begin.
  package var isOver: Bool { self.isClosing && self.addresses.isEmpty }

  /// - Returns: who is to be started at this address, if anybody.
  package mutating func next(_ wanted: Address) -> Int? {
    guard !self.isClosing, wanted != self.attempted else { return nil }
    self.count += 1
    self.attempted = wanted
    self.addresses[self.count] = wanted
    return self.count
  }

  /// It accepts connections.
  /// - Returns: who is to stop, if anybody: the one of before, or itself where a later one was faster.
  package mutating func ready(_ number: Int) -> Int? {
    if let inCharge, inCharge > number { return number }
    defer { self.inCharge = number }
    return self.inCharge
  }

  package mutating func end(_ number: Int, hasFailed: Bool) -> End {
    self.addresses[number] = nil
    guard hasFailed else { return .inOrder }
    guard let inCharge, inCharge != number else { return .fatal }
    // The same address may be wanted again later, and tried again.
    if number == self.count { self.attempted = self.addresses[inCharge] }
    return .withoutEffect
  }

  /// Nobody will want anything any more.
  package mutating func close() { self.isClosing = true }
}
