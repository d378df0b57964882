package import Credentials
package import NIOCore

extension TimeAmount {
  /// A time within a tenth of this one, so that many gateways do not ask in step.
  package func jittered(_ random: inout RandomSource) -> TimeAmount {
    let tenth = max(0, self.nanoseconds / 10)
    return .nanoseconds(self.nanoseconds + Int64.random(in: -tenth...tenth, using: &random))
  }

  /// Some part of this time.
  package func part(_ random: inout RandomSource) -> TimeAmount {
    .nanoseconds(Int64.random(in: 0...max(0, self.nanoseconds), using: &random))
  }
}
