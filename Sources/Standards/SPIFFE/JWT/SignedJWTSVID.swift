/// A JWT-SVID whose signature is one of its trust domain's: what was signed, and nothing decided yet.
///
/// Audience and time are evaluated with ``refusal(audience:at:leeway:)`` each time that the token is
/// presented, so that a value of this type can be kept.
public struct SignedJWTSVID: Sendable, Hashable {
  /// What the token says, for whoever has asked ``refusal(audience:at:leeway:)`` first.
  public let content: VerifiedJWTSVID

  init(_ content: VerifiedJWTSVID) { self.content = content }

  /// Why the token is not accepted now, or `nil` if it is (JWT-SVID section 4).
  /// - Parameters:
  ///   - audience: what the verifier is called; one of the token's audiences must be exactly this.
  ///   - now: the time of verification in Unix seconds.
  ///   - leeway: by how many seconds clocks may differ.
  public func refusal(audience: String, at now: Int64, leeway: Int64) -> SVIDRefusal? {
    do throws(Refused) {
      try self.content.check(audience: audience)
      try self.content.checkTimes(now: now, leeway: leeway)
      return nil
    } catch {
      return SVIDRefusal(error.code)
    }
  }
}
