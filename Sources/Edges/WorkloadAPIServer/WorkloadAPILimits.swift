/// What one caller may use of the server. Every local process can connect.
package struct WorkloadAPILimits: Sendable {
  /// Open connections of one user.
  package var connectionsPerUser: Int
  /// Calls in progress of one user, open streams included.
  package var callsPerUser: Int
  /// Calls in progress on one connection.
  package var callsPerConnection: Int
  /// The size of a request in bytes.
  package var requestSize: Int
  /// The audiences of one JWT-SVID.
  package var audienceCount: Int
  /// The length of one audience in bytes.
  package var audienceLength: Int

  package init(
    connectionsPerUser: Int = 256, callsPerUser: Int = 512, callsPerConnection: Int = 128,
    requestSize: Int = 64 * 1024, audienceCount: Int = 8, audienceLength: Int = 512
  ) {
    self.connectionsPerUser = connectionsPerUser
    self.callsPerUser = callsPerUser
    self.callsPerConnection = callsPerConnection
    self.requestSize = requestSize
    self.audienceCount = audienceCount
    self.audienceLength = audienceLength
  }
}
