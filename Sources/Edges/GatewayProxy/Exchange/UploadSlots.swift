/// How many requests of each service hold a connection while their content is still coming. They may
/// take half of the connections, so that clients who send slowly, or not at all, leave the other half to
/// those who have sent what they had to.
final class UploadSlots {
  private let maximum: Int
  private var taken: [String: Int] = [:]

  /// - Parameter connections: to one endpoint.
  init(connections: Int) {
    self.maximum = max(1, connections / 2)
  }

  /// - Returns: whether there was room; then `leave` must follow.
  func enter(_ service: String) -> Bool {
    let taken = self.taken[service, default: 0]
    guard taken < self.maximum else { return false }
    self.taken[service] = taken + 1
    return true
  }

  func leave(_ service: String) {
    guard let taken = self.taken[service] else { return }
    self.taken[service] = taken > 1 ? taken - 1 : nil
  }
}
