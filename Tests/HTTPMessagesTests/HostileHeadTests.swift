import HTTPMessages
import Testing

/// A head and what must become of it.
struct HostileHead: Sendable, CustomTestStringConvertible {
  let text: String
  let refusal: RequestRefusal

  init(_ text: String, _ refusal: RequestRefusal) {
    self.text = text
    self.refusal = refusal
  }

  var testDescription: String { "\(text.prefix(60).debugDescription) \(refusal.rawValue)" }
}

@Suite("A hostile request head")
struct HostileHeadTests {
  private static let requestLineTable: [(String, RequestRefusal)] = [
    ("GET /\r\n", .requestLineMalformed), ("GET\r\n", .requestLineMalformed),
    ("GET  / HTTP/1.1\r\n", .requestLineMalformed), ("GET /  HTTP/1.1\r\n", .requestLineMalformed),
    ("GET / HTTP/1.1 \r\n", .requestLineMalformed), (" GET / HTTP/1.1\r\n", .methodMalformed),
    ("GET / x HTTP/1.1\r\n", .requestLineMalformed), ("GET\t/ HTTP/1.1\r\n", .methodMalformed),
    ("GET /\tHTTP/1.1\r\n", .requestLineMalformed), ("G(T / HTTP/1.1\r\n", .methodMalformed),
    ("G\u{0}T / HTTP/1.1\r\n", .methodMalformed), ("GÉT / HTTP/1.1\r\n", .methodMalformed),
    ("CONNECT a:443 HTTP/1.1\r\n", .methodUnknown), ("TRACE / HTTP/1.1\r\n", .methodUnknown),
    ("get / HTTP/1.1\r\n", .methodUnknown), ("GETGET / HTTP/1.1\r\n", .methodUnknown),
    ("PRI * HTTP/2.0\r\n", .versionUnsupported), ("GET / HTTP/1.0\r\n", .versionUnsupported),
    ("GET / HTTP/0.9\r\n", .versionUnsupported), ("GET / HTTP/1.2\r\n", .versionUnsupported),
    ("GET / HTTP/3.0\r\n", .versionUnsupported), ("GET / HTTP/1.10\r\n", .versionMalformed),
    ("GET / HTTP/01.1\r\n", .versionMalformed), ("GET / http/1.1\r\n", .versionMalformed),
    ("GET / HTTP/1,1\r\n", .versionMalformed), ("GET / HTTP/2\r\n", .versionMalformed),
    ("GET / HTTP/1.\r\n", .versionMalformed), ("GET / HTTP/+1.1\r\n", .versionMalformed),
    ("GET / HTTPS/1.1\r\n", .versionMalformed), ("GET / HTTP/1.1\u{0}\r\n", .versionMalformed),
    ("GET / HTTP/1.1\n", .bareLF), ("GET / HTTP/1.1\r\r\n", .bareCR),
    ("GET /\r HTTP/1.1\r\n", .bareCR), ("\rGET / HTTP/1.1\r\n", .bareCR),
  ]
  static let requestLines = requestLineTable.map { HostileHead($0.0, $0.1) }

  private static let targetTable: [(String, RequestRefusal)] = [
    ("", .requestLineMalformed), ("a", .targetMalformed), ("a.example:80", .targetMalformed),
    ("*", .targetMalformed), ("?x", .targetMalformed), ("/a#b", .targetFragment),
    ("/#", .targetFragment), ("/?x#y", .targetFragment), ("/a\\b", .targetMalformed),
    ("/\u{7F}", .targetMalformed), ("/\u{1}", .targetMalformed), ("/é", .targetMalformed),
    ("/a\"b", .targetMalformed), ("/<a>", .targetMalformed), ("/{a}", .targetMalformed),
    ("/a|b", .targetMalformed), ("/?a\\b", .targetMalformed), ("/?<", .targetMalformed),
    ("/?\u{0}", .targetMalformed), ("/?é", .targetMalformed),
    ("/%", .percentEncodingMalformed), ("/%2", .percentEncodingMalformed),
    ("/%2/a", .percentEncodingMalformed), ("/%zz", .percentEncodingMalformed),
    ("/%%41", .percentEncodingMalformed), ("/%u0041", .percentEncodingMalformed),
    ("/?%", .percentEncodingMalformed), ("/?a=%4", .percentEncodingMalformed),
    ("/%00", .percentEncodedControl), ("/a%00.png", .percentEncodedControl),
    ("/%0a", .percentEncodedControl), ("/%0D%0A", .percentEncodedControl),
    ("/%7F", .percentEncodedControl), ("/?a=%00", .percentEncodedControl),
    ("/%2f", .pathEncodedSlash), ("/a%2Fb", .pathEncodedSlash), ("/a%5Cb", .pathEncodedSlash),
    ("/a%5cb", .pathEncodedSlash), ("/..%2fb", .pathDotSegment), ("/%2e%2e%2f", .pathDotSegment),
    ("/.", .pathDotSegment), ("/..", .pathDotSegment), ("/./a", .pathDotSegment),
    ("/a/../b", .pathDotSegment), ("/a/..", .pathDotSegment), ("/%2e", .pathDotSegment),
    ("/%2E%2e/a", .pathDotSegment), ("/.%2e/a", .pathDotSegment), ("/..;/a", .pathDotSegment),
    ("/..;x=1/a", .pathDotSegment), ("/.;/a", .pathDotSegment), ("/a%5c..%5cb", .pathDotSegment),
    ("//", .pathEmptySegment), ("//a", .pathEmptySegment), ("/a//b", .pathEmptySegment),
    ("//evil.example/a", .pathEmptySegment), ("/%41", .percentEncodingNotCanonical),
    ("/%61dmin", .percentEncodingNotCanonical), ("/a%2Db", .percentEncodingNotCanonical),
    ("/a%7e", .percentEncodingNotCanonical), ("/%31", .percentEncodingNotCanonical),
    ("/%C3", .percentEncodingNotUTF8), ("/%ff", .percentEncodingNotUTF8),
    ("/%c0%af", .percentEncodingNotUTF8), ("/%c0%ae%c0%ae", .percentEncodingNotUTF8),
    ("/%ED%A0%80", .percentEncodingNotUTF8), ("/%F4%90%80%80", .percentEncodingNotUTF8),
    ("http://", .targetMalformed), ("http:///a", .targetMalformed), ("http:/a", .targetMalformed),
    ("http://u@a.example/", .targetUserinfo), ("http://u:p@a.example/", .targetUserinfo),
    ("http://a.example@evil.example/", .targetUserinfo), ("ftp://a.example/", .targetScheme),
    ("javascript://a.example/", .targetScheme), ("://a.example/", .targetMalformed),
    ("http://b.example/", .hostDisagrees), ("http://a.example:81/", .hostDisagrees),
    ("https://a.example:80/", .hostDisagrees), ("http://a.example./", .hostDisagrees),
    ("http://a.example:/", .targetMalformed), ("http://a.example:0/", .targetMalformed),
    ("http://a.example:65536/", .targetMalformed), ("http://a_b%2e/", .targetMalformed),
    ("http://a.example/..", .pathDotSegment), ("http://a.example#x", .targetFragment),
  ]
  static let targets = targetTable.map { HostileHead(get("X: y", target: $0.0), $0.1) }

  private static let lineTable: [(String, RequestRefusal)] = [
    ("X : y", .whitespaceBeforeColon), ("X\t: y", .whitespaceBeforeColon),
    ("Content-Length : 5", .whitespaceBeforeColon), (" X: y", .obsFold), ("\tX: y", .obsFold),
    ("X: y\r\n z", .obsFold), ("X: y\r\n\tz: a", .obsFold), (" ", .obsFold),
    ("X", .fieldLineMalformed), ("X y", .fieldLineMalformed), ("X-Y=z", .fieldLineMalformed),
    (": y", .fieldNameMalformed), ("X(: y", .fieldNameMalformed), ("X/Y: z", .fieldNameMalformed),
    ("X Y: z", .whitespaceBeforeColon), ("Ü: y", .fieldNameMalformed),
    ("X\u{0}: y", .fieldNameMalformed), ("\u{0}: y", .fieldNameMalformed),
    ("\"X\": y", .fieldNameMalformed), ("X,: y", .fieldNameMalformed),
    ("X@: y", .fieldNameMalformed), ("[X]: y", .fieldNameMalformed),
    ("\u{FEFF}X: y", .fieldNameMalformed), ("X\u{7F}: y", .fieldNameMalformed),
    ("X: \u{0}", .fieldValueMalformed), ("X: a\u{1}b", .fieldValueMalformed),
    ("X: \u{7F}", .fieldValueMalformed), ("X: \u{1B}[31m", .fieldValueMalformed),
    ("X: \u{B}", .fieldValueMalformed), ("X: \u{C}", .fieldValueMalformed),
    ("X: \u{8}", .fieldValueMalformed), ("X: a\rb", .bareCR), ("X: a\r", .bareCR),
    ("X\r: a", .bareCR), ("\rX: a", .bareCR), ("X:\rY: z", .bareCR), ("X: a\nY: b", .bareLF),
    ("X: a\n\r\nGET /b HTTP/1.1", .bareLF), ("X: a\n\n", .bareLF), ("\nX: a", .bareLF),
    ("Content_Length: 0", .framingLookAlike), ("content_length: 5", .framingLookAlike),
    ("Transfer_Encoding: chunked", .framingLookAlike),
    ("Host: a.example", .hostRepeated), ("host: b.example", .hostRepeated),
    ("HOST:", .hostRepeated), ("Connection: a b", .connectionMalformed),
    ("Connection: close;x", .connectionMalformed), ("Connection: \"close\"", .connectionMalformed),
    ("Expect: 200-ok", .expectationUnknown), ("Expect:", .expectationUnknown),
    ("Expect: 100-continue, x", .expectationUnknown),
    ("Expect: 100-continue\r\nExpect: 100-continue", .expectationUnknown),
  ]
  static let lines = lineTable.map { HostileHead(get($0.0), $0.1) }

  private static let hostTable: [String] = [
    "", " ", "a b", "a,b", "a.example, b.example", "a.example b.example", "http://a", "a/b", "a?b",
    "a#b", "u@a", "u:p@a", "a:", "a:0", "a:080", "a:65536", "a:99999", "a:-1", "a:+80", "a:8 0",
    "a:80:80", "a:http", ":80", ".", "..", ".a", "a..b", "a%2eb", "a\\b", "é.example", "[", "[]",
    "[::1", "::1", "[::1]x", "[::1]:", "[::1]:0", "[:1]", "[1:]", "[:::]", "[::1::]", "[1:2]",
    "[12345::]", "[::g]", "[::1%25eth0]", "[fe80::1%eth0]", "[v1.a]", "[1.2.3.4]", "[::1.2.3]",
    "[::1.2.3.256]", "[1:2:3:4:5:6:7:8:9]", "[1:2:3:4:5:6:7:1.2.3.4]", "a\tb", "a\"b", "a;b",
    String(repeating: "a", count: 64), String(repeating: "a.", count: 127) + "a",
  ]
  static let hosts = hostTable.map {
    HostileHead("GET / HTTP/1.1\r\nHost: \($0)\r\n\r\n", .hostMalformed)
  }

  static let rest: [HostileHead] = [
    HostileHead("GET / HTTP/1.1\r\n\r\n", .hostMissing),
    HostileHead("GET / HTTP/1.1\r\nX-Host: a\r\n\r\n", .hostMissing),
    HostileHead("GET http://a/ HTTP/1.1\r\n\r\n", .hostMissing),
    HostileHead("\u{16}\u{3}\u{1}\r\n", .methodMalformed),
  ]

  static var all: [HostileHead] { requestLines + targets + lines + hosts + rest }

  @Test("is refused by name", arguments: all)
  func refused(_ hostile: HostileHead) {
    #expect(outcome(hostile.text) == .refused(hostile.refusal))
  }

  @Test("is refused alike, however its bytes are cut", arguments: all)
  func refusedInPieces(_ hostile: HostileHead) {
    let bytes = Array(hostile.text.utf8)
    #expect(parse(bytes.singly).outcome == .refused(hostile.refusal))
    for cut in 0...bytes.count {
      let pieces = [Array(bytes[..<cut]), Array(bytes[cut...])]
      #expect(parse(pieces).outcome == .refused(hostile.refusal))
    }
  }

  @Test("of control bytes in any place is never accepted")
  func controlBytesEverywhere() {
    let request = Array("GET /path HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n".utf8)
    let controls: [UInt8] = [0, 1, 8, 10, 11, 12, 13, 27, 31, 127]
    for place in 0..<request.count - 1 {
      for byte in controls {
        var inserted = request
        inserted.insert(byte, at: place)
        if case .accepted = parse([inserted]).outcome {
          Issue.record("byte \(byte) was accepted at \(place)")
        }
      }
    }
  }

  @Test("made of any bytes is refused or incomplete, and never traps")
  func noise() {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    let alphabet = Array("GET /:%2e\r\n\r\n Host:a Content-Length: 5chunked\u{0}é".utf8)
    for _ in 0..<20_000 {
      var bytes: [UInt8] = []
      for _ in 0..<(state >> 40) % 60 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes.append(alphabet[Int((state >> 33) % UInt64(alphabet.count))])
      }
      state = state &* 6_364_136_223_846_793_005 &+ 1
      #expect(parse([bytes]).outcome == parse(bytes.singly).outcome)
    }
  }
}
