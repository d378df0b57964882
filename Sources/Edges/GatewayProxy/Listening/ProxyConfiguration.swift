package import HTTPMessages
package import IPAddresses
package import NIOCore

/// How the gateway listens and forwards. Times and sizes are bounded on every side.
package struct ProxyConfiguration: Sendable {
  /// An IPv4 or IPv6 address.
  package var address: String
  /// 0 takes a free one.
  package var port: Int
  /// Beyond this many connections, new ones are closed at once.
  package var maximumConnections = 10_000
  /// Connections of one source: an address, or the first 64 bits of an IPv6 one. Trusted proxies in front
  /// are not counted. Beyond it, new ones are closed at once.
  package var connectionsPerSource = 2000
  /// Requests of one source under way, where a connection can have several: HTTP/2 and trusted proxies in
  /// front. Beyond it, they are answered with 429.
  package var requestsPerSource = 2000
  /// TLS handshakes that may be under way at once; beyond them, new connections are closed.
  package var maximumHandshakes = 1000
  /// The proxies whose connections begin with a PROXY protocol header, which says where they come from.
  /// Whoever else connects is turned away. `nil`: no connection has one.
  package var proxies: [IPAddressRange]?
  /// The proxies in front whose word about the client counts; `nil` for none.
  package var trustedHops: TrustedHops?
  /// Requests that one HTTP/2 connection may have under way.
  package var streams = 100
  package var message = MessageLimits()
  /// From the first byte of a head to its last.
  package var headTimeout = TimeAmount.seconds(10)
  /// How long a connection may lie between two requests.
  package var idleTimeout = TimeAmount.seconds(60)
  /// How long a body may stand still.
  package var bodyTimeout = TimeAmount.seconds(30)
  /// How long a body may take from its first byte to its last, however steadily it comes.
  package var bodyTotalTimeout = TimeAmount.minutes(15)
  /// How long a client may take nothing of an answer before its connection is closed.
  package var writeTimeout = TimeAmount.seconds(30)
  /// How long a request may take from its head to the end of its answer; `nil` for as long as it moves.
  package var totalTimeout: TimeAmount?
  /// How long a client may go on sending after it was answered before it had finished.
  package var lingerTimeout = TimeAmount.seconds(2)
  /// How long a WebSocket may lie without a byte.
  package var tunnelIdleTimeout = TimeAmount.minutes(5)
  /// How long clients that speak HTTP/2 may begin requests after they were told that their connection
  /// will end: what they send before they know is answered.
  package var goodbyeNotice = TimeAmount.seconds(1)
  /// How long clients that have connected and sent nothing yet may begin their first request after the
  /// gateway was told to stop: it is on its way, as a rule. At most `headTimeout`.
  package var firstRequestNotice = TimeAmount.milliseconds(500)
  /// How long requests may go on after the gateway was told to stop.
  package var drainTimeout = TimeAmount.seconds(20)
  package var upstream = Upstream()

  package struct Upstream: Sendable {
    package var connectTimeout = TimeAmount.seconds(5)
    /// How long a service may stand still while it answers.
    package var idleTimeout = TimeAmount.seconds(60)
    /// How long an unused connection is kept.
    package var poolIdleTimeout = TimeAmount.seconds(4)
    /// How old a connection may be when it is used again: with TLS it shows the identity of its beginning.
    package var maximumAge = TimeAmount.minutes(5)
    /// How long a connection lies after an answer that some services send content behind, though they
    /// must not: those to HEAD, 204 and 304.
    package var restAfterNoContent = TimeAmount.milliseconds(2)
    /// Connections to one service from each event loop of the gateway.
    package var connections = 256
    /// Requests that wait for a connection to one service, on each event loop.
    package var waiting = 1024
    package var message = MessageLimits()

    package init() {}
  }

  package init(address: String, port: Int) {
    self.address = address
    self.port = port
  }
}
