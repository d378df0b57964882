import JOSE
import OAuth

/// What tokens that are read one after the other have in common, so that a token which nobody has seen
/// costs its signature and little more. Bounded; one for each event loop.
///
/// Nothing is decided by what is in here: a token shares only what it says itself, byte by byte, and
/// grants and terms only of tokens whose signatures were good.
package final class TokenReadings {
  private struct Place {
    /// Held, so that no other gets its identity.
    let grant: AccessGrant
    let isOurs: Bool
    let terms: CredentialTerms
  }

  private static let capacity = 256

  let reader = JWTReader()
  let grants = AccessGrants()
  private var places: [Place?] = Array(repeating: nil, count: capacity)

  package init() {}

  func terms(
    of grant: AccessGrant, isOurs: Bool
  ) throws(UnusableCredential) -> CredentialTerms {
    // Objects begin at multiples of 16.
    let index = Int(bitPattern: ObjectIdentifier(grant)) >> 4 & (Self.capacity - 1)
    if let known = self.places[index], known.grant === grant, known.isOurs == isOurs {
      return known.terms
    }
    let terms = try CredentialTerms(grant, isOurs: isOurs)
    self.places[index] = Place(grant: grant, isOurs: isOurs, terms: terms)
    return terms
  }
}
