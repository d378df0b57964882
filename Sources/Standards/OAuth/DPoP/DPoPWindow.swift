/// How far the `iat` of a DPoP proof may be from the verifier's clock (RFC 9449 section 11.1).
public struct DPoPWindow: Hashable, Sendable {
  /// The longest window, in seconds: what a replay set has to remember grows with it.
  public static let longest: Int64 = 900

  /// Seconds for which a proof is accepted after its `iat`.
  public let past: Int64
  /// Seconds by which its `iat` may be ahead.
  public let future: Int64

  /// A minute after the proof was made, and ten seconds of clock difference.
  public static let standard = DPoPWindow(past: 60, future: 10)

  /// Values outside 0 to ``longest`` count as the nearest of these.
  public init(past: Int64, future: Int64) {
    self.past = min(max(past, 0), Self.longest)
    self.future = min(max(future, 0), Self.longest)
  }

  /// The last second in which a proof with this `iat` is accepted.
  func end(of issuedAt: Int64) -> Int64 {
    let (end, overflow) = issuedAt.addingReportingOverflow(self.past)
    return overflow ? .max : end
  }

  func check(_ issuedAt: Int64, at now: Int64) throws(RefusedProof) {
    let (latest, overflow) = now.addingReportingOverflow(self.future)
    guard !overflow, issuedAt <= latest else { throw RefusedProof(.issuedInFuture) }
    guard now <= self.end(of: issuedAt) else { throw RefusedProof(.tooOld) }
  }
}
