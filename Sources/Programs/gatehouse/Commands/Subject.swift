import ArgumentParser
import Credentials
import SPIFFE

/// Checks of what commands are about, before anybody is asked.
enum Subject {
  static func check(spiffeID text: String) throws(ValidationError) {
    do {
      _ = try SPIFFEID(parsing: text)
    } catch {
      throw ValidationError(
        "expected a SPIFFE ID such as spiffe://example.org/shop/checkout: \(error)")
    }
  }

  static func check(credential text: String) throws(ValidationError) {
    do {
      _ = try CredentialID(text)
    } catch {
      throw ValidationError("expected a credential's id, never the credential: \(error)")
    }
  }

  static func check(time text: String) throws(ValidationError) {
    guard Instant(rfc3339: text) != nil else {
      throw ValidationError("expected a time in UTC such as 2026-01-31T12:00:00Z")
    }
  }
}
