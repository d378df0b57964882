import Credentials
import Testing

@Suite("The nearest name")
struct NearestNameTests {
  @Test(
    "the nearest name is one that a slip leads to",
    arguments: [
      ("onwer", "owner"), ("", nil), ("purpos", "purpose"), ("xyzzyxyzzy", nil), ("OWNER", "owner"),
      (String(repeating: "o", count: 65), nil),
    ] as [(String, String?)])
  func nearest(written: String, meant: String?) {
    #expect(NearestName.of(written, among: ["owner", "purpose"]) == meant)
    #expect(NearestName.of(written, among: []) == nil)
  }
}
