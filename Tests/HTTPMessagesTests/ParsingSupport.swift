import HTTPMessages

/// What became of a request head: comparable, so that readings can be compared.
enum Outcome: Equatable, CustomStringConvertible {
  case accepted(method: HTTPMethod, target: String, framing: MessageFraming, fields: [HTTPField])
  case refused(RequestRefusal)
  case incomplete

  var description: String {
    switch self {
    case .accepted(let method, let target, let framing, _): "\(method) \(target) \(framing)"
    case .refused(let refusal): "refused: \(refusal.rawValue)"
    case .incomplete: "incomplete"
    }
  }
}

/// Feeds the pieces to one parser and says what came of it, and how many bytes were consumed.
func parse(
  _ pieces: [[UInt8]], limits: MessageLimits = MessageLimits(), rules: PathRules = .strict
) -> (outcome: Outcome, consumed: Int) {
  var parser = RequestHeadParser(limits: limits, pathRules: rules)
  var before = 0
  for piece in pieces {
    do {
      if let received = try parser.receive(piece) {
        let head = received.head
        let outcome = Outcome.accepted(
          method: head.method, target: head.target.originForm, framing: head.framing,
          fields: Array(head.fields))
        return (outcome, before + received.consumed)
      }
    } catch {
      return (.refused(error), before)
    }
    before += piece.count
  }
  return (.incomplete, before)
}

func outcome(_ text: String, limits: MessageLimits = MessageLimits()) -> Outcome {
  parse([Array(text.utf8)], limits: limits).outcome
}

func head(_ text: String) throws -> RequestHead {
  var parser = RequestHeadParser()
  guard let received = try parser.receive(Array(text.utf8)) else { throw Incomplete() }
  return received.head
}

struct Incomplete: Error {}

/// The head of a GET with one more field line, which may be any bytes.
func get(_ line: String, target: String = "/") -> String {
  "GET \(target) HTTP/1.1\r\nHost: a.example\r\n\(line)\r\n\r\n"
}

func post(_ lines: String...) -> String {
  "POST / HTTP/1.1\r\nHost: a.example\r\n\(lines.map { $0 + "\r\n" }.joined())\r\n"
}

/// Decodes a body from pieces: its bytes, or the refusal, and how many bytes were left over.
func decode(
  _ pieces: [[UInt8]], framing: MessageFraming, limits: MessageLimits = MessageLimits(),
  maximum: UInt64? = nil
) -> (result: Result<[UInt8], RequestRefusal>, isEnded: Bool, leftOver: Int) {
  var decoder = BodyDecoder(framing: framing, limits: limits, maximumBytes: maximum)
  var content: [UInt8] = []
  var leftOver = 0
  do throws(RequestRefusal) {
    for piece in pieces {
      var offset = 0
      while let part = try decoder.next(in: piece.span, at: &offset) {
        if case .data(let range) = part { content += piece[range] }
      }
      leftOver += piece.count - offset
    }
    return (.success(content), decoder.isEnded, leftOver)
  } catch {
    return (.failure(error), false, 0)
  }
}

extension Array {
  /// The array cut into single elements.
  var singly: [[Element]] { map { [$0] } }
}
