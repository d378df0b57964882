import HTTPTypes
import Synchronization

/// How often each endpoint answered with each status, in the Prometheus text format.
///
/// Labels come from the endpoints, never from requests, so that there are only so many.
package final class RequestCounters: Sendable {
  private struct Label: Hashable, Comparable {
    let method: String
    let path: String
    let status: Int

    static func < (left: Label, right: Label) -> Bool {
      (left.path, left.method, left.status) < (right.path, right.method, right.status)
    }
  }

  private let counts = Mutex<[Label: UInt64]>([:])
  private let tokens = Mutex<[String: UInt64]>([:])

  package init() {}

  func count(method: HTTPRequest.Method, path: String, status: Int) {
    let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .delete, .patch, .options]
    let label = Label(
      method: known.contains(method) ? method.rawValue : "other", path: path, status: status)
    self.counts.withLock { $0[label, default: 0] &+= 1 }
  }

  /// - Parameter outcome: `issued`, or an OAuth error code.
  func countToken(outcome: String) {
    self.tokens.withLock { $0[outcome, default: 0] &+= 1 }
  }

  var exposition: String {
    var lines = [
      "# HELP gatehouse_http_requests_total Answered requests.",
      "# TYPE gatehouse_http_requests_total counter",
    ]
    for (label, count) in self.counts.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      lines.append(
        "gatehouse_http_requests_total{method=\"\(label.method)\",path=\"\(label.path)\","
          + "status=\"\(label.status)\"} \(count)")
    }
    lines.append("# HELP gatehouse_token_exchanges_total Token exchanges by outcome.")
    lines.append("# TYPE gatehouse_token_exchanges_total counter")
    for (outcome, count) in self.tokens.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      lines.append("gatehouse_token_exchanges_total{outcome=\"\(outcome)\"} \(count)")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
