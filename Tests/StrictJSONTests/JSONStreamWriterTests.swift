import StrictJSON
import Testing

@Suite("Writing an object member by member")
struct JSONStreamWriterTests {
  @Test("gives what the value gives", arguments: [1, 64, 4096])
  func same(room: Int) throws {
    let texts = [
      "", "a", "eight678", "nine56789", "\"", "a\"", "back\\slash and more", "\u{1F}", "line\n",
      "umlaut ü", "😀", String(repeating: "x", count: 3_000), String(repeating: "\n", count: 50),
    ]
    var writer = JSONStreamWriter(room: room)
    for text in texts { writer.member("t", text) }
    writer.member("bytes", utf8: Array("x-ü-\"-x".utf8)[2..<8])
    writer.member("none", nil as String?)
    for number in [0, 9, 10, -1, .max, .min] as [Int64] { writer.member("n", number) }
    writer.member("list", texts)
    writer.member("empty", [] as [String])
    writer.member("object") { inner in
      inner.member("a", "b")
      inner.member("c") { $0.member("d", 1 as Int64) }
    }
    writer.member(named: "na\"me", .array([.null, .bool(true)]))
    let list = texts.map { JSONValue.string($0) }
    var expected = texts.map { "\"t\":" + self.text(.string($0)) }
    expected.append("\"bytes\":" + self.text(.string("ü-\"-x")))
    expected += [0, 9, 10, -1, Int64.max, .min].map { "\"n\":\($0)" }
    expected.append("\"list\":" + self.text(.array(list)))
    expected.append(#""empty":[],"object":{"a":"b","c":{"d":1}},"na\"me":[null,true]"#)
    #expect(
      String(decoding: writer.finish(), as: UTF8.self)
        == "{" + expected.joined(separator: ",") + "}")
  }

  private func text(_ value: JSONValue) -> String {
    String(decoding: value.serialized(), as: UTF8.self)
  }

  @Test("a text that is written in place has its room, and no more")
  func room() {
    for (room, claimed) in [(4, 4), (4, 2), (4, 100), (0, 0), (0, 7), (-1, 1), (4, -1)] {
      var writer = JSONStreamWriter(room: 64)
      writer.member("a", room: room) { output in
        #expect(output.count == max(0, room))
        for index in output.indices { output[index] = UInt8(ascii: "x") }
        return claimed
      }
      let count = min(max(0, claimed), max(0, room))
      let line = "{\"a\":\"" + String(repeating: "x", count: count) + "\"}"
      #expect(String(decoding: writer.finish(), as: UTF8.self) == line)
    }
  }

  @Test("looks at every byte of a text, wherever it stands", arguments: 1...20)
  func everyByte(length: Int) {
    for place in 0..<length {
      for byte in [0x00, 0x1F, 0x22, 0x5C] as [UInt8] {
        var bytes = [UInt8](repeating: 0x7A, count: length)
        bytes[place] = byte
        let text = String(decoding: bytes, as: UTF8.self)
        var writer = JSONStreamWriter()
        writer.member("a", text)
        let object = JSONObject([(name: "a", value: .string(text))])
        #expect(writer.finish() == JSONValue.object(object).serialized())
      }
    }
  }
}
