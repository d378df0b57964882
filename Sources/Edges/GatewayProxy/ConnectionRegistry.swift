import NIOCore
import Synchronization

/// The client connections that are open, so that they are bounded and can be ended.
final class ConnectionRegistry: Sendable {
  private struct Entry {
    let channel: any Channel
    /// Between two requests.
    var isIdle: Bool
  }

  private struct State {
    var entries: [ObjectIdentifier: Entry] = [:]
    var isDraining = false
  }

  private let maximum: Int
  private let state = Mutex(State())

  init(maximum: Int) {
    self.maximum = maximum
  }

  var isDraining: Bool { self.state.withLock { $0.isDraining } }

  /// - Returns: whether there was room.
  func enter(_ channel: any Channel) -> Bool {
    self.state.withLock { state in
      guard !state.isDraining, state.entries.count < self.maximum else { return false }
      state.entries[ObjectIdentifier(channel)] = Entry(channel: channel, isIdle: true)
      return true
    }
  }

  func leave(_ channel: any Channel) {
    self.state.withLock { _ = $0.entries.removeValue(forKey: ObjectIdentifier(channel)) }
  }

  /// - Returns: whether the connection may go on.
  func setIdle(_ isIdle: Bool, _ channel: any Channel) -> Bool {
    self.state.withLock { state in
      state.entries[ObjectIdentifier(channel)]?.isIdle = isIdle
      return !(isIdle && state.isDraining)
    }
  }

  /// Ends what is idle; the rest ends with its request.
  func drain() {
    let idle = self.state.withLock { state in
      state.isDraining = true
      return state.entries.values.filter(\.isIdle).map(\.channel)
    }
    for channel in idle { channel.close(promise: nil) }
  }

  func cutAll() {
    let all = self.state.withLock { $0.entries.values.map(\.channel) }
    for channel in all { channel.close(promise: nil) }
  }
}
