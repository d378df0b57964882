import Credentials
import Testing

@Suite struct RedactedTests {
  private static let marked = "MARKED-SECRET"

  private struct Holder {
    var name = "holder"
    var secret: Redacted<String>
    var optional: Redacted<[UInt8]>?
    var list: [Redacted<String>]
  }

  @Test("a secret shows in no description, reflection or dump, however deep it lies")
  func neverShown() {
    let secret = Redacted(Self.marked)
    let holder = Holder(
      secret: secret, optional: Redacted(Array(Self.marked.utf8)), list: [secret, secret])
    var texts = [
      "\(secret)", String(describing: secret), String(reflecting: secret), secret.debugDescription,
      "\(holder)", String(reflecting: holder), "\(holder.list)", "\(Optional(secret) as Any)",
      String(describing: Mirror(reflecting: holder).children.map(\.value)),
    ]
    var dumped = ""
    dump(secret, to: &dumped)
    dump(holder, to: &dumped)
    texts.append(dumped)
    // A single byte's number may stand in an address by chance.
    let bytes = Self.marked.utf8.prefix(3).map { String($0) }.joined(separator: ", ")
    for text in texts {
      #expect(!text.contains(Self.marked))
      #expect(!text.contains(bytes), "the bytes of the secret")
    }
    #expect(Mirror(reflecting: secret).children.isEmpty)
    #expect("\(secret)" == "redacted")
  }

  @Test("the one that needs it gets it")
  func revealed() {
    #expect(Redacted(Self.marked).reveal() == Self.marked)
  }
}
