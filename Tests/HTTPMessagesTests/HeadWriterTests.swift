import HTTPMessages
import Testing

@Suite("A head writer")
struct HeadWriterTests {
  private func text(
    room: Int = 4_096, _ body: (inout HeadWriter) -> Void
  ) throws -> String {
    String(decoding: try HeadWriter.bytes(room: room, body), as: UTF8.self)
  }

  private let request =
    "GET http://a.example/x?y HTTP/1.1\r\nHost: a.example\r\nAccept: */*\r\nX-Tight:1\r\n"
    + "Authorization: Bearer t\r\nX-Wide:  2 \r\nX-Forwarded-For: 192.0.2.1\r\nX_Hop: 3\r\n"
    + "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
    + "Connection: x-hop\r\nCookie: a=b\r\n\r\n"

  @Test("writes what goes on, each field as name, colon, space and value")
  func forwarded() throws {
    let head = try head(request)
    let parent = try #require(TraceParent(in: head.fields)?.continued(by: 0xAB))
    let written = try text { writer in
      writer.requestLine(head.method, head.target)
      writer.requestFields(of: head, forwardCredential: false, dropping: [.traceparent])
      writer.field("host", head.authority)
      writer.field(parent)
      writer.forwarded(Array("for=192.0.2.7;proto=http".utf8).span, host: head.authority)
      writer.field("content-length", decimal: 18_446_744_073_709_551_615)
      writer.endOfHead()
    }
    #expect(
      written == "GET /x?y HTTP/1.1\r\nAccept: */*\r\nX-Tight: 1\r\nX-Wide: 2\r\nCookie: a=b\r\n"
        + "host: a.example\r\n"
        + "traceparent: 00-0af7651916cd43dd8448eb211c80319c-00000000000000ab-01\r\n"
        + "forwarded: for=192.0.2.7;proto=http;host=\"a.example\"\r\n"
        + "content-length: 18446744073709551615\r\n\r\n")
  }

  @Test("writes the same fields as the rules keep")
  func sameAsRules() throws {
    let head = try head(request)
    for forwardCredential in [true, false] {
      let kept = ForwardingRules.requestFields(
        head.fields, connectionOptions: head.connectionOptions,
        forwardCredential: forwardCredential)
      var expected: [UInt8] = []
      kept.serialize(into: &expected)
      let written = try text {
        $0.requestFields(of: head, forwardCredential: forwardCredential)
      }
      #expect(written == String(decoding: expected, as: UTF8.self))
    }
  }

  @Test("writes a response without what was for one hop")
  func response() throws {
    let bytes = Array(
      ("HTTP/1.1 404 Nothing Here\r\nServer: x\r\nContent-Length: 2\r\nX-Hop: 1\r\n"
        + "Connection: x-hop\r\nGatehouse-Subject: forged\r\nETag: \"a\"\r\n\r\n").utf8)
    var parser = ResponseHeadParser()
    let response = try #require(try parser.receive(bytes.span, answering: .get)).response
    let written = try text(room: HeadWriter.room(for: response)) { writer in
      writer.statusLine(response.head.status)
      writer.responseFields(of: response, dropping: [.server])
      writer.field("content-length", decimal: 2)
      writer.endOfHead()
    }
    #expect(written == "HTTP/1.1 404 Not Found\r\nETag: \"a\"\r\ncontent-length: 2\r\n\r\n")
  }

  @Test("refuses a field that could break the head apart")
  func invalid() {
    let values = ["a\r\nb: c", "a\nb", "\u{0}", "\u{7F}"]
    for value in values {
      #expect(throws: HeadWriterFault.invalidField) { try text { $0.field("x", value) } }
      #expect(throws: HeadWriterFault.invalidField) { try text { $0.field(named: "x", value) } }
      #expect(throws: HeadWriterFault.invalidField) {
        try text { $0.field("x", Array(value.utf8)) }
      }
    }
    for name in ["", "a b", "a:", "a\r\n", "é"] {
      #expect(throws: HeadWriterFault.invalidField) { try text { $0.field(named: name, "x") } }
    }
    #expect(throws: HeadWriterFault.invalidField) { try text { $0.field("a b", "x") } }
  }

  @Test("looks at every byte of a name and a value, however long they are", arguments: 1...40)
  func everyByte(length: Int) throws {
    let name = String(repeating: "n", count: length)
    let value = String(repeating: "v", count: length)
    let written = try text { writer in
      writer.field("a", "b")
      writer.field(named: name, value)
    }
    #expect(written == "a: b\r\n\(name): \(value)\r\n")
    for place in 0..<length {
      let index = name.index(name.startIndex, offsetBy: place)
      for bad in [" ", ":", "\n", "\u{7F}", "\u{80}"] {
        let broken = Self.text(name, with: bad, at: index)
        #expect(throws: HeadWriterFault.invalidField) {
          try text { $0.field(named: broken, value) }
        }
      }
      for bad in ["\r", "\n", "\u{0}", "\u{1F}", "\u{7F}"] {
        let broken = Self.text(value, with: bad, at: index)
        #expect(throws: HeadWriterFault.invalidField) {
          try text { writer in
            writer.field("a", "b")
            writer.field("x", broken)
          }
        }
      }
      for good in ["\t", "é", "_"] {
        let other = Self.text(value, with: good, at: index)
        #expect(try text { $0.field("x", other) } == "x: \(other)\r\n")
      }
    }
  }

  private static func text(_ text: String, with other: String, at index: String.Index) -> String {
    var text = text
    text.replaceSubrange(index...index, with: other)
    return text
  }

  @Test("stays within its memory, whatever its size, and says so")
  func tooSmall() throws {
    let head = try head(request)
    let parent = TraceParent(in: head.fields)
    let write = { (writer: inout HeadWriter) in
      writer.requestLine(head.method, head.target)
      writer.requestFields(of: head, forwardCredential: true)
      writer.field("x", "y")
      if let parent { writer.field(parent) }
      writer.endOfHead()
    }
    let size = try HeadWriter.bytes(room: 4_096, write).count
    #expect(size <= HeadWriter.room(for: head))
    for room in 0..<size {
      #expect(throws: HeadWriterFault.noRoom) { try HeadWriter.bytes(room: room, write) }
    }
    #expect(try HeadWriter.bytes(room: size, write).count == size)
    let none = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    #expect(throws: HeadWriterFault.noRoom) { try HeadWriter.write(into: none, write) }
  }
}

@Suite("A known field name")
struct KnownFieldNameTests {
  @Test("is found in any case, and nowhere else", arguments: KnownFieldName.allCases)
  func found(_ name: KnownFieldName) throws {
    for spelling in [name.name, name.name.uppercased()] {
      let field = try HTTPField(name: spelling, value: "x")
      #expect(field.knownName == name)
      #expect(field.isNamed(name.name))
      #expect(HTTPFields([field]).first(name) == field)
    }
    for spelling in ["\(name.name)x", "x\(name.name)", String(name.name.dropLast()) + "~"] {
      let field = try HTTPField(name: spelling, value: "x")
      #expect(field.knownName != name)
    }
  }

  @Test("that is written with _ is not that name, but is dropped like it")
  func lookAlike() throws {
    let field = try HTTPField(name: "X_Request_ID", value: "x")
    #expect(field.knownName == nil)
    #expect(!field.isNamed("x-request-id"))
    #expect(ForwardingRules.reasonToDrop(requestField: "X_Request-ID") == .identityOrRoute)
  }

  @Test("is unique, and so is its place in a set")
  func unique() {
    #expect(Set(KnownFieldName.allCases.map(\.name)).count == KnownFieldName.allCases.count)
    for name in KnownFieldName.allCases {
      var set: KnownFieldNames = []
      set.insert(name)
      #expect(KnownFieldName.allCases.filter { set.contains($0) } == [name])
    }
  }
}
