import HTTPMessages
import IPAddresses
import Testing

@Suite("Trusted hops")
struct TrustedHopsTests {
  private func fields(_ lines: [(String, String)]) throws -> HTTPFields {
    var fields = HTTPFields()
    for (name, value) in lines { try fields.append(name: name, value: value) }
    return fields
  }

  private func client(
    _ hops: TrustedHops, from peer: String = "10.0.0.1", _ lines: (String, String)...
  ) throws -> String {
    let peer = try #require(IPAddress(peer))
    return hops.client(peer: peer, fields: try fields(lines)).address.description
  }

  private func counted(_ count: Int, _ field: TrustedHops.Field = .xForwardedFor) -> TrustedHops {
    TrustedHops(.count(count), field: field)
  }

  private func ranges(
    _ ranges: [String], _ field: TrustedHops.Field = .xForwardedFor
  ) -> TrustedHops {
    TrustedHops(.ranges(ranges.compactMap { IPAddressRange($0) }), field: field)
  }

  @Test("believe nobody by default")
  func nobody() throws {
    #expect(
      try client(.none, ("Forwarded", "for=1.2.3.4"), ("X-Forwarded-For", "1.2.3.4")) == "10.0.0.1")
  }

  @Test("are counted from the end of the list")
  func count() throws {
    let list = ("X-Forwarded-For", "6.6.6.6, 1.2.3.4, 10.0.0.2")
    #expect(try client(counted(1), list) == "10.0.0.2")
    #expect(try client(counted(2), list) == "1.2.3.4")
    #expect(try client(counted(3), list) == "6.6.6.6")
    #expect(try client(counted(9), list) == "6.6.6.6")
  }

  @Test("are followed as long as they are in the ranges")
  func inRanges() throws {
    let list = ("X-Forwarded-For", "6.6.6.6, 1.2.3.4, 10.0.0.2")
    #expect(try client(ranges(["10.0.0.0/8"]), list) == "1.2.3.4")
    #expect(try client(ranges(["10.0.0.0/8"]), from: "9.9.9.9", list) == "9.9.9.9")
    #expect(try client(ranges(["0.0.0.0/0"]), list) == "6.6.6.6")
    #expect(try client(ranges([]), list) == "10.0.0.1")
  }

  @Test("count lines of one name as one list")
  func severalLines() throws {
    let lines = [("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "1.2.3.4, 10.0.0.2")]
    #expect(try client(counted(2), lines[0], lines[1]) == "1.2.3.4")
    #expect(try client(counted(3), lines[0], lines[1]) == "6.6.6.6")
  }

  @Test("read only the field that they are configured to write")
  func otherField() throws {
    #expect(try client(counted(1), ("Forwarded", "for=6.6.6.6")) == "10.0.0.1")
    #expect(try client(counted(1, .forwarded), ("X-Forwarded-For", "6.6.6.6")) == "10.0.0.1")
  }

  @Test(
    "may write ports and brackets",
    arguments: [
      ("1.2.3.4:80", "1.2.3.4"), ("[2001:db8::1]:443", "2001:db8::1"),
      ("[2001:db8::1]", "2001:db8::1"),
      ("2001:DB8::1", "2001:db8::1"), ("::ffff:1.2.3.4", "1.2.3.4"), (" 1.2.3.4\t", "1.2.3.4"),
      ("1.2.3.4,", "1.2.3.4"), ("1.2.3.4, ,", "1.2.3.4"),
    ])
  func forms(written: String, address: String) throws {
    #expect(try client(counted(1), ("X-Forwarded-For", written)) == address)
  }

  @Test(
    "are the client themselves where the entry is no address",
    arguments: [
      "", "unknown", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4:",
      "1.2.3.4:x",
      "1.2.3.4:999999", "[1.2.3.4]", "[2001:db8::1", "2001:db8::1]", "[2001:db8::1]x", "::1%eth0",
      "1.2.3.4 5.6.7.8", "\"1.2.3.4\"", "1:2:3:4:5:6:7", "::1::", "_hidden", ":80", "1.2.3.4/8",
    ])
  func hostileEntries(entry: String) throws {
    #expect(
      try client(counted(2), ("X-Forwarded-For", "6.6.6.6, \(entry)"))
        == (entry.isEmpty ? "6.6.6.6" : "10.0.0.1"))
  }

  @Test("stop at the last trusted hop before what is no address")
  func garbageInTheMiddle() throws {
    #expect(try client(counted(3), ("X-Forwarded-For", "6.6.6.6, garbage, 10.0.0.2")) == "10.0.0.2")
    let many = ("X-Forwarded-For", String(repeating: "10.0.0.9, ", count: 2_000) + "10.0.0.2")
    #expect(try client(ranges(["10.0.0.0/8"]), many) == "10.0.0.9")
  }

  @Test("are believed up to a bound")
  func bound() throws {
    let peer = try #require(IPAddress("10.0.0.1"))
    let list = String(repeating: "10.0.0.9, ", count: 2_000) + "10.0.0.2"
    let found = ranges(["10.0.0.0/8"]).client(
      peer: peer, fields: try fields([("X-Forwarded-For", list)]))
    #expect(found.hops == TrustedHops.maximumHops)
  }

  @Test("are the IPv4 peers of a socket for both families")
  func mappedPeer() throws {
    let list = ("X-Forwarded-For", "1.2.3.4")
    #expect(try client(ranges(["10.0.0.0/8"]), from: "::ffff:10.0.0.1", list) == "1.2.3.4")
    #expect(try client(.none, from: "::ffff:10.0.0.1", list) == "10.0.0.1")
  }

  @Test(
    "may write Forwarded in all of its forms",
    arguments: [
      ("for=1.2.3.4", "1.2.3.4"), ("For=\"1.2.3.4:80\"", "1.2.3.4"),
      ("for=\"[2001:db8::1]:443\";proto=https", "2001:db8::1"),
      ("proto=https;for=1.2.3.4", "1.2.3.4"),
      ("by=_x;host=\"a:80\";for=1.2.3.4", "1.2.3.4"), ("for=1.2.3.4 ; proto=https", "1.2.3.4"),
      ("for=6.6.6.6, for=1.2.3.4", "1.2.3.4"), ("for=\"1.2\\.3.4\"", "1.2.3.4"),
    ])
  func forwarded(value: String, address: String) throws {
    #expect(try client(counted(1, .forwarded), ("Forwarded", value)) == address)
  }

  @Test(
    "are the client themselves where Forwarded says nothing certain",
    arguments: [
      "for=unknown", "for=_hidden", "proto=https", "for", "for=", "=1.2.3.4",
      "for=1.2.3.4;for=5.6.7.8",
      "for=\"1.2.3.4", "for=1.2.3.4\"", "for=1.2.3.4 proto=https", "for=1.2.3.4;;proto=https",
      "for=\"1.2.3.4\"x", "1.2.3.4", "for=\"1.2.3.4\\", "for=1.2.3.4;",
    ])
  func hostileForwarded(value: String) throws {
    #expect(try client(counted(1, .forwarded), ("Forwarded", value)) == "10.0.0.1")
  }

  @Test(
    "cannot be drawn into what a client wrote before them",
    arguments: [
      "for=\"6.6.6.6", "for=6.6.6.6;x=\"", "\"", "\\\"", "for=\"\\",
    ])
  func openQuote(clients: String) throws {
    #expect(
      try client(counted(1, .forwarded), ("Forwarded", "\(clients), for=1.2.3.4")) == "1.2.3.4")
  }

  @Test(
    "are not fooled by a host that they copied into quotes",
    arguments: [
      "for=1.2.3.4;host=\"x, for=6.6.6.6\"", "host=\"x, for=6.6.6.6;a=\";for=1.2.3.4",
      "host=\"x, for=6.6.6.6;a=\\\"b\";for=1.2.3.4",
      "host=\"x, for=6.6.6.6;a=\";by=\"b\";for=1.2.3.4",
    ])
  func copiedHost(value: String) throws {
    #expect(try client(counted(1, .forwarded), ("Forwarded", value)) != "6.6.6.6")
  }
}
