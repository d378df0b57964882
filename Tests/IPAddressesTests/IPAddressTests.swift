import IPAddresses
import Testing

@Suite("An IP address")
struct IPAddressTests {
  @Test(
    "is read and written in its one form",
    arguments: [
      ("1.2.3.4", "1.2.3.4"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
      ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
      ("2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"), ("1:0:2:0:3:0:4:0", "1:0:2:0:3:0:4:0"),
      ("::ffff:1.2.3.4", "::ffff:102:304"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
      ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
    ])
  func forms(text: String, written: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.description == written)
    #expect(IPAddress(written) == address)
    #expect(IPAddress(bytes: address.bytes) == address)
  }

  @Test(
    "is nothing else",
    arguments: [
      "", "1", "1.2.3", "1.2.3.4.", ".1.2.3.4", "1..2.3", "256.0.0.0", "01.2.3.4", "1.2.3.4 ",
      "+1.2.3.4",
      "0x1.2.3.4", ":", ":::", "::1::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
      ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "12345::", "g::", "::1%lo", "[::1]", "1.2.3.4::",
      "::1.2.3",
      "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "é", "1.2.3.4\0",
    ])
  func malformed(text: String) { #expect(IPAddress(text) == nil) }

  @Test("is not read from bytes of any other number", arguments: [0, 1, 3, 5, 15, 17, 1_000])
  func byteCounts(count: Int) {
    #expect(IPAddress(bytes: [UInt8](repeating: 1, count: count)) == nil)
  }
}

@Suite("A range of IP addresses")
struct IPAddressRangeTests {
  @Test(
    "holds what begins as it does",
    arguments: [
      ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false),
      ("0.0.0.0/0", "255.1.1.1", true), ("1.2.3.4", "1.2.3.4", true),
      ("1.2.3.4/32", "1.2.3.5", false),
      ("1.2.3.4/31", "1.2.3.5", true), ("10.0.0.0/8", "::ffff:10.1.1.1", true),
      ("10.0.0.0/8", "::10.1.1.1", false), ("::/0", "1.2.3.4", false),
      ("::/0", "2001:db8::1", true),
      ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
      ("2001:db8::/64", "2001:db8:0:1::", false), ("2001:db8::/65", "2001:db8::8000:0:0:0", false),
      ("2001:db8::/65", "2001:db8::7fff:0:0:0", true), ("::1", "::1", true),
      ("::1/128", "::2", false),
      ("::ffff:0:0/96", "::ffff:1.2.3.4", true),
    ])
  func containment(range: String, address: String, isInside: Bool) throws {
    let range = try #require(IPAddressRange(range))
    #expect(range.contains(try #require(IPAddress(address))) == isInside)
  }

  @Test(
    "is nothing else",
    arguments: [
      "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08",
      "10.0.0.1/8",
      "10.0.0.0/8/8", "::/129", "::1/64", "10.0.0.0/ 8", "10.0.0.0/9999999999", "a/8",
    ])
  func malformed(text: String) { #expect(IPAddressRange(text) == nil) }
}
