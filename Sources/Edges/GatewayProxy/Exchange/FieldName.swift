/// Fields that the gateway itself sets.
enum FieldName {
  static let requestID = "x-request-id"
  static let proxyStatus = "proxy-status"

  /// Those that are written straight into a head.
  enum Written {
    static var requestID: StaticString { "x-request-id" }
    static var gatehouseRequestID: StaticString { "gatehouse-request-id" }
    /// The client's own request id on its way to the service: believed by nobody.
    static var untrustedRequestID: StaticString { "x-untrusted-request-id" }
    /// Who asks.
    static var subject: StaticString { "gatehouse-subject" }
  }
}
