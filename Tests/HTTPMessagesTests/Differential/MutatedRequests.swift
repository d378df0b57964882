/// Random numbers that a seed repeats: SplitMix64.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[Int.random(in: 0..<choices.count, using: &self)]
  }
}

/// Makes the bytes of connections: requests in order, and then changed in ways that attacks use.
struct MutatedRequests {
  private var numbers: SeededNumbers

  init(seed: UInt64) { numbers = SeededNumbers(seed: seed) }

  private static let methods = ["GET", "GET", "HEAD", "POST", "POST", "PUT", "PATCH", "DELETE"]
  private static let targets = [
    "/", "/orders/42?x=1", "/a/b%20c", "/a?b=c&d=%2f", "/a;b=c", "/?", "/%C3%A9/x",
    "/.well-known/a",
    "http://a.example/x", "http://a.example?y", "/a..b/", "/a?//../",
  ]
  private static let fields = [
    "Accept: */*", "X-Empty:", "x-spaced: \t a b \t", "Cookie: a=b; c=d", "X-Quoted: \"a, b\"",
    "User-Agent: test/1.0 (x; y)", "!#$%&'*+-.^_`|~: z", "X-High: \u{E9}", "Connection: keep-alive",
    "Connection: x-empty", "TE: trailers", "Range: bytes=0-1",
    "X-Long: "
      + String(repeating: "0123456789", count: 30),
  ]
  /// Lines that some server takes for something else.
  private static let hostileLines =
    SmugglingTests.transferEncodings
    + SmugglingTests.brokenLines.map(\.0) + [
      "Content-Length: 5", "Content-Length: 0", "Content-Length: +5", "Content-Length: 5, 5",
      "Content-Length: 0x5", "Content_Length: 5", "Content-Length : 5", "Content-Length:\t5",
      "Content-Length: 05", "Content-Length: 5\r\n 6", "Host: b.example", "Host : b.example",
      "Expect: 100-continue", "Expect: x", "Connection: close", "Connection: content-length",
      "Connection: transfer-encoding", "Transfer-Encoding: chunked", "X: y\r\n\r\nGET /in HTTP/1.1",
      "", " ", ":", "X", "Trailer: content-length",
    ]
  private static let bytes: [UInt8] = [
    0, 1, 8, 9, 10, 11, 12, 13, 32, 33, 34, 35, 37, 39, 43, 44, 45, 46, 47, 48, 49, 53, 58, 59, 61,
    63, 64, 65, 92, 95, 97, 102, 120, 127, 128, 160, 194, 255,
  ]

  /// The bytes of one connection: up to three requests, each unchanged or changed up to 3 times.
  mutating func connection() -> [UInt8] {
    var all: [UInt8] = []
    for _ in 0..<Int.random(in: 1...3, using: &numbers) {
      var request = Array(self.request().unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
      if numbers.chance(70) {
        for _ in 0..<Int.random(in: 1...3, using: &numbers) { mutate(&request) }
      }
      all += request
    }
    return all
  }

  private mutating func request() -> String {
    var lines = ["\(numbers.pick(Self.methods)) \(numbers.pick(Self.targets)) HTTP/1.1"]
    lines.append(numbers.pick(["Host: a.example", "host:a.example", "HOST: A.Example:80"]))
    for _ in 0..<Int.random(in: 0...3, using: &numbers) { lines.append(numbers.pick(Self.fields)) }
    if numbers.chance(20) { lines.append(numbers.pick(Self.hostileLines)) }
    let body = numbers.pick(["", "hello", "0\r\n\r\n", "GET /in HTTP/1.1\r\nHost: a\r\n\r\n"])
    switch Int.random(in: 0..<4, using: &numbers) {
    case 0: lines.append("Content-Length: \(body.utf8.count)")
    case 1:
      lines.append("Transfer-Encoding: chunked")
      return lines.joined(separator: "\r\n") + "\r\n\r\n" + chunked(body)
    default: return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
  }

  private mutating func chunked(_ body: String) -> String {
    var text = ""
    var rest = body[...]
    while !rest.isEmpty {
      let chunk = rest.prefix(Int.random(in: 1...8, using: &numbers))
      rest = rest.dropFirst(chunk.count)
      let size = String(chunk.utf8.count, radix: 16)
      text += numbers.pick([size, size, size, "0\(size)", "000\(size)"])
      text += numbers.chance(95) ? "" : numbers.pick([";a=b", ";", " ", ";a=\"\n\"", "\t", "g"])
      text += numbers.chance(97) ? "\r\n" : numbers.pick(["\n", "\r", "\r\r\n"])
      text += chunk + (numbers.chance(97) ? "\r\n" : numbers.pick(["", "\n", "\r", "xx", "\n\n"]))
    }
    return text + "0\r\n" + (numbers.chance(20) ? "X-Trailer: a\r\n" : "") + "\r\n"
  }

  private mutating func mutate(_ request: inout [UInt8]) {
    let place = Int.random(in: 0...request.count, using: &numbers)
    switch Int.random(in: 0..<9, using: &numbers) {
    case 0: request.insert(numbers.pick(Self.bytes), at: place)
    case 1: if place < request.count { request.remove(at: place) }
    case 2: if place < request.count { request[place] = numbers.pick(Self.bytes) }
    case 3: request.insert(contentsOf: [13, 10], at: place)
    case 4: insertLine(numbers.pick(Self.hostileLines), into: &request)
    case 5:
      if let end = lineEnds(request).randomElement(using: &numbers) { request.remove(at: end) }
    case 6: request.swapAt(min(place, max(0, request.count - 1)), 0)
    case 7: repeatLine(in: &request)
    default: request.removeLast(min(request.count, Int.random(in: 0...3, using: &numbers)))
    }
  }

  private func lineEnds(_ request: [UInt8]) -> [Int] {
    request.indices.dropLast().filter { request[$0] == 13 && request[$0 + 1] == 10 }
  }

  private mutating func insertLine(_ line: String, into request: inout [UInt8]) {
    guard let end = lineEnds(request).prefix(6).randomElement(using: &numbers) else { return }
    request.insert(
      contentsOf: line.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } + [13, 10],
      at: end + 2)
  }

  private mutating func repeatLine(in request: inout [UInt8]) {
    let ends = lineEnds(request)
    guard ends.count > 2 else { return }
    let index = Int.random(in: 0..<(ends.count - 1), using: &numbers)
    request.insert(
      contentsOf: request[(ends[index] + 2)..<(ends[index + 1] + 2)], at: ends[index] + 2)
  }
}
