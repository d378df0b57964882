import NIOCore

/// A connection that has gathered what it sends.
protocol GatheringSender: AnyObject {
  /// Sends what was written, now.
  func send()
}

/// The connections of one event loop that have something to send. It leaves once everything that came
/// in at the same time has been looked at.
///
/// Waking a peer that sleeps costs more than anything that is done for a request. A peer that has just
/// been woken is awake still when the next answer comes, so what leaves together costs less.
final class FlushQueue {
  private let eventLoop: any EventLoop
  private var waiting: [any GatheringSender] = []
  private var isScheduled = false

  init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

  func add(_ sender: any GatheringSender) {
    self.waiting.append(sender)
    guard !self.isScheduled else { return }
    self.isScheduled = true
    self.eventLoop.assumeIsolated().execute { self.flush() }
  }

  private func flush() {
    self.isScheduled = false
    // Sending may fail, and whoever is told may write to others.
    var senders: [any GatheringSender] = []
    swap(&senders, &self.waiting)
    for sender in senders { sender.send() }
    // What has room already is used again.
    guard self.waiting.isEmpty else { return }
    senders.removeAll(keepingCapacity: true)
    self.waiting = senders
  }
}
