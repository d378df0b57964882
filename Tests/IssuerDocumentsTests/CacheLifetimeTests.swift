import IssuerDocuments
import Testing

@Suite struct CacheLifetimeTests {
  @Test(
    arguments: [
      (["max-age=60"], nil, 60), (["public, max-age=300"], nil, 300), (["Max-Age=\"20\""], nil, 20),
      (["max-age=60"], "10", 50), (["max-age=60"], "90", 0),
      (["max-age=60", "max-age=30"], nil, 30),
      (["no-store"], nil, 0), (["max-age=60, no-cache"], nil, 0),
      (["max-age=99999999999999999999"], nil, 1 << 31),
    ] as [([String], String?, Int64)])
  func readsWhatIsSaid(fields: [String], age: String?, expected: Int64) {
    #expect(CacheLifetime(cacheControl: fields, age: age).seconds == expected)
  }

  @Test(arguments: [[], [""], ["max-age"], ["max-age="], ["max-age=-1"], ["max-age=1x"], [",,;="]])
  func saysNothingWhereNothingCanBeRead(fields: [String]) {
    #expect(CacheLifetime(cacheControl: fields, age: "x").seconds == nil)
  }
}
