import Testing
import TransparencyLog

@testable import AuditStore

@Suite struct LineTests {
  @Test("a line comes back as it was, at any place of a buffer")
  func lines() throws {
    var buffer = Array("before".utf8)
    let hash = EventLine.append(event(1), at: 1234, to: &buffer)
    let second = buffer.count
    _ = EventLine.append(event(2), at: .max, to: &buffer)
    let line = try EventLine.parse(buffer, at: 6)
    #expect(line.time == 1234)
    #expect(line.hash == hash)
    #expect(Array(buffer[line.event]) == event(1))
    #expect(line.end == second)
    #expect(try EventLine.parse(buffer, at: second).time == .max)
    #expect(hash == .leaf(Array("1234 ".utf8) + event(1)))
  }

  @Test("a line cut anywhere is unterminated")
  func cut() throws {
    var buffer: [UInt8] = []
    _ = EventLine.append(event(1), at: 1234, to: &buffer)
    for length in 0..<buffer.count {
      #expect { try EventLine.parse(Array(buffer.prefix(length)), at: 0) } throws: {
        if case .unterminated? = $0 as? EventLine.Problem { true } else { false }
      }
    }
  }

  @Test("a line that is malformed or does not match its check is damaged")
  func damaged() {
    func line(_ stamped: String) -> [UInt8] {
      let check = MerkleHash.leaf(stamped.utf8).bytes.prefix(4)
        .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      return Array("\(check) \(stamped)\n".utf8)
    }
    #expect(throws: Never.self) { try EventLine.parse(line("5 {}"), at: 0) }
    let wrong: [[UInt8]] = [
      line(""), line(" "), line("5"), line("5 "), line(" {}"), line("05 {}"), line("+5 {}"),
      line("-5 {}"), line("x {}"), line("18446744073709551616 {}"), Array("\n".utf8),
      Array("00000000\n".utf8), Array("00000000 \n".utf8), [0x0a, 0x0a],
      line("5  {}").dropFirst() + [],
      Array(String(decoding: line("5 {\"ab\":1}"), as: UTF8.self).uppercased().utf8),
    ]
    for bytes in wrong {
      #expect("\(String(decoding: bytes, as: UTF8.self))") {
        try EventLine.parse(bytes, at: 0)
      } throws: {
        if case .damaged? = $0 as? EventLine.Problem { true } else { false }
      }
    }
  }

  @Test("a leaf's entry has one spelling")
  func leaves() throws {
    let leaf = SegmentLeaf(
      file: 1, offset: 20, length: 300, count: 4, first: 5, last: 6, root: .leaf([1]))
    let text = String(decoding: leaf.entry, as: UTF8.self)
    #expect(
      text == """
        {"segment":{"file":1,"offset":20,"length":300,"count":4,"first":5,"last":6,\
        "root":"\(MerkleHash.leaf([1]).base64)"}}
        """)
    #expect(SegmentLeaf.parse(leaf.entry) == leaf)
    let wrong = [
      "", "{}", text + "\n", " " + text, String(text.dropLast()),
      text.replacing("\"file\":1", with: "\"file\":01"),
      text.replacing("\"file\":1", with: "\"file\":"),
      text.replacing("\"file\":1", with: "\"file\":-1"), text.replacing(",\"count\":4", with: ""),
      text.replacing("300", with: "18446744073709551615"),
      text.replacing("300", with: "18446744073709551616"),
      text.replacing("=\"}}", with: "\"}}"), text.replacing("first", with: "First"),
      text.replacing("{\"segment\":{\"file\":1,", with: "{\"segment\":{\"file\":1, "),
    ]
    for entry in wrong { #expect(SegmentLeaf.parse(Array(entry.utf8)) == nil, "\(entry)") }
  }

  @Test("only names that a log has are paths of it")
  func paths() {
    #expect(LogPath(file: "checkpoint") == .checkpoint)
    #expect(LogPath(file: "public-key") == .publicKey)
    #expect(LogPath(file: "segment/x001/x234/067") == .segment(1_234_067))
    #expect(LogPath(file: "tile/entries/000.p/3") != nil)
    for folder in [
      "tile", "segment", "tile/0", "tile/63", "tile/entries", "tile/0/000.p", "tile/0/x001",
      "segment/x001", "segment/x001/x000", "tile/entries/x001/002.p",
    ] {
      #expect(LogPath.isFolder(folder), "\(folder)")
    }
    for folder in [
      "", "/", "tile/64", "tile/x", "tile/0/000", "tile/0/x000", "segment/000", "segment/000.p",
      "tile/0/000.p/1", "tile.p", "checkpoint", "tiles", "tile/0/.p", "tile/0/x000/x001",
    ] {
      #expect(!LogPath.isFolder(folder), "\(folder)")
    }
  }
}
