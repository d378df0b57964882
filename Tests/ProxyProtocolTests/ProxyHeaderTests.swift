import IPAddresses
import ProxyProtocol
import Testing

private let signature: [UInt8] = [
  0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
]

/// A header of version 2.
private func binary(
  _ body: [UInt8], _ command: UInt8 = 0x21, _ family: UInt8 = 0x11
) -> [UInt8] {
  signature + [command, family, UInt8(body.count >> 8 & 0xFF), UInt8(body.count & 0xFF)] + body
}

private let ipv4: [UInt8] = [192, 0, 2, 1, 192, 0, 2, 2, 0x1F, 0x90, 0x01, 0xBB]

private let client4 = ProxyHeader.Subject.client(
  source: .init(address: .v4(0xC000_0201), port: 8080),
  destination: .init(address: .v4(0xC000_0202), port: 443))

/// What comes of pieces: the header and how many bytes of all were consumed.
private func read(
  _ pieces: [[UInt8]]
) throws(ProxyHeaderFault) -> (header: ProxyHeader, consumed: Int)? {
  var parser = ProxyHeaderParser()
  var before = 0
  for piece in pieces {
    if let received = try parser.receive(piece) {
      return (received.header, before + received.consumed)
    }
    before += piece.count
  }
  return nil
}

private func fault(_ bytes: [UInt8]) -> ProxyHeaderFault? {
  do throws(ProxyHeaderFault) {
    _ = try read([bytes])
    return nil
  } catch {
    return error
  }
}

@Suite("A PROXY header in text")
struct TextHeaderTests {
  @Test(
    "names both ends",
    arguments: [
      ("PROXY TCP4 192.0.2.1 192.0.2.2 8080 443\r\n", "192.0.2.1", 8080),
      ("PROXY TCP6 2001:db8::1 2001:db8::2 65535 0\r\n", "2001:db8::1", 65535),
      (
        "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535
      ),
    ])
  func ends(line: String, address: String, port: Int) throws {
    let bytes = Array(line.utf8)
    let result = try #require(try read([bytes + Array("GET /".utf8)]))
    #expect(result.consumed == bytes.count)
    #expect(result.header.version == .text)
    guard case .client(let source, _) = result.header.subject else {
      Issue.record("a client was expected")
      return
    }
    #expect(source.address.description == address)
    #expect(Int(source.port) == port)
    let single = try #require(try read(bytes.map { [$0] }))
    #expect(single.header == result.header)
  }

  @Test(
    "may not know the client",
    arguments: [
      "PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n",
      "PROXY UNKNOWN \r\n",
    ])
  func unknown(line: String) throws {
    #expect(try read([Array(line.utf8)])?.header.subject == .unknown)
  }

  @Test(
    "is refused when malformed",
    arguments: [
      ("GET / HTTP/1.1\r\n", ProxyHeaderFault.notAHeader), ("proxy TCP4 ", .notAHeader),
      ("PROXYTCP4", .notAHeader), ("PROXY\tTCP4", .notAHeader), (" PROXY", .notAHeader),
      ("PROXY \r\n", .lineMalformed), ("PROXY TCP4\r\n", .lineMalformed),
      ("PROXY TCP5 1.2.3.4 1.2.3.4 1 1\r\n", .lineMalformed),
      ("PROXY tcp4 1.2.3.4 1.2.3.4 1 1\r\n", .lineMalformed),
      ("PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n", .lineMalformed),
      ("PROXY UNKNOWNX\r\n", .lineMalformed),
      ("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n", .lineMalformed),
      ("PROXY TCP4 1.2.3.4 1.2.3.4 1 1 1\r\n", .lineMalformed),
      ("PROXY  TCP4 1.2.3.4 1.2.3.4 1 1\r\n", .lineMalformed),
      ("PROXY TCP4  1.2.3.4 1.2.3.4 1 1\r\n", .lineMalformed),
      ("PROXY TCP4 1.2.3.4 1.2.3.4 1 1 \r\n", .lineMalformed),
      ("PROXY TCP4 1.2.3.4 1.2.3.4 1 1\n", .lineMalformed),
      ("PROXY TCP4 1.2.3.4 1.2.3.4 1 1\rX", .lineMalformed),
      ("PROXY TCP4 1.2.3.4 1.2.3.4 1 1\r\r\n", .lineMalformed),
      ("PROXY TCP4 1.2.3.4\t1.2.3.4 1 1\r\n", .lineMalformed),
      ("PROXY TCP4 1.2.3.4 1.2.3.4 1 1\0\r\n", .lineMalformed),
      ("PROXY TCP4 ::1 ::1 1 1\r\n", .addressMalformed),
      ("PROXY TCP6 1.2.3.4 1.2.3.4 1 1\r\n", .addressMalformed),
      ("PROXY TCP4 01.2.3.4 1.2.3.4 1 1\r\n", .addressMalformed),
      ("PROXY TCP4 1.2.3.4 1.2.3 1 1\r\n", .addressMalformed),
      ("PROXY TCP4 1.2.3.4 a.example 1 1\r\n", .addressMalformed),
      ("PROXY TCP4 1.2.3.4 1.2.3.4 65536 1\r\n", .portMalformed),
      ("PROXY TCP4 1.2.3.4 1.2.3.4 1 99999999\r\n", .portMalformed),
      ("PROXY TCP4 1.2.3.4 1.2.3.4 01 1\r\n", .portMalformed),
      ("PROXY TCP4 1.2.3.4 1.2.3.4 -1 1\r\n", .portMalformed),
      ("PROXY TCP4 1.2.3.4 1.2.3.4 +1 1\r\n", .portMalformed),
    ])
  func malformed(line: String, expected: ProxyHeaderFault) {
    #expect(fault(Array(line.utf8)) == expected)
  }

  @Test("has at most 107 bytes")
  func length() throws {
    let line = { (count: Int) in
      Array("PROXY UNKNOWN ".utf8) + [UInt8](repeating: 0x61, count: count - 16) + [0x0D, 0x0A]
    }
    #expect(try read([line(107)])?.header.subject == .unknown)
    #expect(fault(line(108)) == .lineTooLong)
    #expect(fault(Array("PROXY ".utf8) + [UInt8](repeating: 0x20, count: 1 << 20)) == .lineTooLong)
  }

  @Test("needs all of its bytes")
  func truncated() throws {
    let line = Array("PROXY TCP4 192.0.2.1 192.0.2.2 8080 443\r\n".utf8)
    for count in 0..<line.count {
      #expect(try read([Array(line.prefix(count))]) == nil)
    }
  }
}

@Suite("A binary PROXY header")
struct BinaryHeaderTests {
  @Test("names both ends")
  func ends() throws {
    let bytes = binary(ipv4)
    let result = try #require(try read([bytes + [0x16, 0x03]]))
    #expect(result.consumed == bytes.count)
    #expect(result.header == ProxyHeader(version: .binary, subject: client4))
    #expect(try read(bytes.map { [$0] })?.header == result.header)
  }

  @Test("names both ends in IPv6")
  func ends6() throws {
    let body = [UInt8](0..<32) + [0, 1, 0, 2]
    let result = try #require(try read([binary(body, 0x21, 0x21)]))
    #expect(
      result.header.subject
        == .client(
          source: .init(address: .v6(0x0001_0203_0405_0607, 0x0809_0A0B_0C0D_0E0F), port: 1),
          destination: .init(address: .v6(0x1011_1213_1415_1617, 0x1819_1A1B_1C1D_1E1F), port: 2)))
  }

  @Test("may be the proxy's own connection, whatever addresses it holds")
  func local() throws {
    #expect(try read([binary([], 0x20, 0x00)])?.header.subject == .local)
    #expect(try read([binary(ipv4, 0x20, 0x11)])?.header.subject == .local)
  }

  @Test("may not know the client")
  func unknown() throws {
    #expect(try read([binary([], 0x21, 0x00)])?.header.subject == .unknown)
    let unix = [UInt8](repeating: 0x2F, count: 216)
    #expect(try read([binary(unix, 0x21, 0x31)])?.header.subject == .unknown)
  }

  @Test("may have extensions, which are stepped over")
  func extensions() throws {
    let more: [UInt8] = [0x01, 0, 2, 0x68, 0x32, 0x04, 0, 0, 0xEE, 0, 1, 9]
    #expect(try read([binary(ipv4 + more)])?.header.subject == client4)
    // Of no known family, everything is extensions.
    #expect(try read([binary(more, 0x21, 0x00)])?.header.subject == .unknown)
  }

  @Test("may have a checksum, which must be right")
  func checksum() throws {
    let good = binary(ipv4 + [0x03, 0, 4] + Self.checksum)
    #expect(try read([good])?.header.subject == client4)
    for index in [16, 20, 27, 31, 34] {
      var bad = good
      bad[index] ^= 1
      #expect(fault(bad) == .checksumMismatch)
    }
    #expect(fault(binary(ipv4 + [0x03, 0, 4, 0, 0, 0, 0])) == .checksumMismatch)
    #expect(fault(binary(ipv4 + [0x03, 0, 3, 0, 0, 0])) == .extensionMalformed)
    let twice: [UInt8] = [0x03, 0, 4, 0, 0, 0, 0]
    #expect(fault(binary(ipv4 + twice + twice)) == .extensionMalformed)
  }

  private static let checksum: [UInt8] = [0x2A, 0x82, 0xE4, 0xAD]

  private static let malformedHeaders: [([UInt8], ProxyHeaderFault)] = [
    ([0x0D, 0x0A, 0x0D, 0x0B], .notAHeader), ([0x00], .notAHeader),
    ([0x16, 0x03, 0x01], .notAHeader), (signature.dropLast() + [0x0B], .notAHeader),
    (signature + [0x11], .versionUnknown), (signature + [0x31], .versionUnknown),
    (signature + [0x22], .commandUnknown), (signature + [0x2F], .commandUnknown),
    (signature + [0x21, 0x12], .familyUnknown), (signature + [0x21, 0x41], .familyUnknown),
    (signature + [0x21, 0x10], .familyUnknown), (signature + [0x21, 0x01], .familyUnknown),
    (signature + [0x20, 0xFF], .familyUnknown), (binary([]), .addressesTruncated),
    (binary(Array(ipv4.dropLast())), .addressesTruncated),
    (binary(ipv4, 0x21, 0x21), .addressesTruncated), (binary([], 0x20), .addressesTruncated),
    (binary(ipv4 + [0x01]), .extensionMalformed), (binary(ipv4 + [0x01, 0]), .extensionMalformed),
    (binary(ipv4 + [0x01, 0, 1]), .extensionMalformed),
    (binary(ipv4 + [0x01, 0xFF, 0xFF, 0]), .extensionMalformed),
    (signature + [0x21, 0x11, 0xFF, 0xFF], .tooLong),
    (signature + [0x21, 0x11, 0x0F, 0xF1], .tooLong),
  ]

  @Test("is refused when malformed", arguments: malformedHeaders)
  func malformed(bytes: [UInt8], expected: ProxyHeaderFault) {
    #expect(fault(bytes) == expected)
  }

  @Test("needs all of its bytes")
  func truncated() throws {
    let bytes = binary(ipv4 + [0x04, 0, 0])
    for count in 0..<bytes.count {
      #expect(try read([Array(bytes.prefix(count))]) == nil)
    }
  }

  @Test("is refused again after it was refused, and given again after it was complete")
  func afterwards() throws {
    var refusing = ProxyHeaderParser()
    #expect(throws: ProxyHeaderFault.notAHeader) { try refusing.receive([0x41]) }
    #expect(throws: ProxyHeaderFault.notAHeader) { try refusing.receive(binary(ipv4)) }
    var complete = ProxyHeaderParser()
    _ = try complete.receive(binary(ipv4))
    #expect(try complete.receive(binary(ipv4))?.consumed == 0)
  }
}
