import HTTPMessages

/// What a parser made of a connection's bytes: comparable, so that readings can be compared.
struct Reading: Equatable {
  /// Each accepted head written out again, and what followed it.
  var messages: [[UInt8]] = []
  var content: [[UInt8]] = []
  var verdict = "incomplete"
}

/// Bytes cut into pieces, of the sizes given, again and again.
func pieces(of bytes: [UInt8], sizes: [Int]) -> [[UInt8]] {
  var rest = bytes[...]
  var result: [[UInt8]] = []
  while !rest.isEmpty {
    for size in sizes where !rest.isEmpty {
      result.append(Array(rest.prefix(max(1, size))))
      rest = rest.dropFirst(max(1, size))
    }
  }
  return result
}

func readRequests(_ pieces: [[UInt8]]) -> Reading {
  var reading = Reading()
  var parser = RequestHeadParser()
  var decoder: BodyDecoder?
  do {
    for piece in pieces {
      var offset = 0
      while offset < piece.count || decoder != nil {
        if var body = decoder {
          let isOver = try read(&body, piece, &offset, &reading)
          decoder = isOver ? nil : body
          if !isOver { break }
        } else if let received = try parser.receive(piece[offset...]) {
          offset += received.consumed
          check(received.head)
          reading.messages.append(written(received.head))
          reading.content.append([])
          decoder = BodyDecoder(framing: received.head.framing, maximumBytes: 1 << 40)
        } else {
          break
        }
      }
    }
  } catch {
    reading.verdict = "\(error)"
  }
  return reading
}

func readResponses(_ pieces: [[UInt8]], method: HTTPMethod) -> Reading {
  var reading = Reading()
  var parser = ResponseHeadParser()
  var decoder: BodyDecoder?
  do {
    for piece in pieces {
      var offset = 0
      while offset < piece.count || decoder != nil {
        if var body = decoder {
          let isOver = try read(&body, piece, &offset, &reading)
          decoder = isOver ? nil : body
          if !isOver { break }
        } else if let received = try receive(&parser, Array(piece[offset...]), method) {
          offset += received.consumed
          check(received.response, method)
          var head: [UInt8] = []
          received.response.head.serialize(into: &head)
          reading.messages.append(head)
          reading.content.append([])
          decoder = BodyDecoder(framing: received.response.framing, maximumBytes: 1 << 40)
        } else {
          break
        }
      }
    }
  } catch {
    reading.verdict = "\(error)"
  }
  return reading
}

func readChunks(_ pieces: [[UInt8]]) -> Reading {
  var reading = Reading()
  reading.content = [[]]
  var decoder = BodyDecoder(framing: .chunked, maximumBytes: 1 << 40)
  do {
    for piece in pieces {
      var offset = 0
      if try read(&decoder, piece, &offset, &reading) { reading.verdict = "complete" }
    }
  } catch {
    reading.verdict = "\(error)"
  }
  return reading
}

private func receive(
  _ parser: inout ResponseHeadParser, _ bytes: [UInt8], _ method: HTTPMethod
) throws -> ResponseHeadParser.Received? {
  try parser.receive(bytes.span, answering: method)
}

/// True once the body is over.
private func read(
  _ body: inout BodyDecoder, _ piece: [UInt8], _ offset: inout Int, _ reading: inout Reading
) throws -> Bool {
  while let part = try body.next(in: piece.span, at: &offset) {
    switch part {
    case .data(let range): reading.content[reading.content.count - 1] += piece[range]
    case .end: return true
    }
  }
  return body.isEnded
}
