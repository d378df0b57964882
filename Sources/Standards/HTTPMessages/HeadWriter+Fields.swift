extension HeadWriter {
  /// A field; blanks at the value's ends must have been removed.
  @inline(__always)
  public mutating func field(_ name: StaticString, _ value: Span<UInt8>) {
    let start = beginField(name)
    append(value)
    endField(valueFrom: start)
  }

  /// A field with text, written as UTF-8.
  public mutating func field(_ name: StaticString, _ value: String) {
    let start = beginField(name)
    append(text: value)
    endField(valueFrom: start)
  }

  /// A field with bytes.
  public mutating func field(_ name: StaticString, _ value: [UInt8]) { field(name, value.span) }

  /// A field with bytes.
  public mutating func field(_ name: StaticString, _ value: ArraySlice<UInt8>) {
    field(name, value.span)
  }

  /// A field with a decimal number.
  public mutating func field(_ name: StaticString, decimal value: UInt64) {
    let start = beginField(name)
    append(decimal: value)
    endField(valueFrom: start)
  }

  /// A field with a name that is known only now.
  public mutating func field(named name: String, _ value: String) {
    let nameStart = count
    append(text: name)
    finishName(from: nameStart)
    let start = count
    append(text: value)
    endField(valueFrom: start)
  }

  /// A field that has been made already.
  public mutating func field(_ field: HTTPField) {
    append(field.nameBytes.span)
    append(": ")
    append(field.value.span)
    appendLineEnd()
  }

  /// Host or another field whose value is an authority.
  public mutating func field(_ name: StaticString, _ value: Authority) {
    let start = beginField(name)
    append(value)
    endField(valueFrom: start)
  }

  /// traceparent.
  public mutating func field(_ value: TraceParent) {
    append("traceparent: ")
    value.write(to: &self)
    appendLineEnd()
  }

  /// Forwarded, RFC 7239, with one element: parameters that do not change with the request, such
  /// as `for=192.0.2.1;proto=http`, and the host that the request is for.
  public mutating func forwarded(_ parameters: Span<UInt8>, host: Authority) {
    let start = beginField("forwarded")
    append(parameters)
    // A port or an address makes it a quoted string; nothing in an authority needs an escape.
    append(";host=\"")
    append(host)
    append(UInt8(ascii: "\""))
    endField(valueFrom: start)
  }

  mutating func append(decimal value: UInt64) {
    if value >= 10 { append(decimal: value / 10) }
    append(UInt8(truncatingIfNeeded: value % 10) &+ 0x30)
  }

  mutating func append(text: String) {
    var text = text
    text.withUTF8 { append($0.span) }
  }

  mutating func append(_ authority: Authority) {
    if authority.isLowercase {
      append(authority.hostBytes.span)
    } else {
      for byte in authority.hostBytes { append(byte.lowercased) }
    }
    if let port = authority.port {
      append(UInt8(ascii: ":"))
      append(decimal: UInt64(port))
    }
  }

  /// Returns where the value begins.
  @inline(__always)
  private mutating func beginField(_ name: StaticString) -> Int {
    let start = count
    append(name)
    finishName(from: start)
    return count
  }

  @inline(__always)
  private mutating func finishName(from start: Int) {
    checkName(from: start)
    append(": ")
  }

  @inline(__always)
  private mutating func endField(valueFrom start: Int) {
    checkValue(from: start)
    appendLineEnd()
  }
}

extension HeadWriter {
  /// Enough memory for the head that `head` becomes, and `extra` bytes of fields that are added.
  public static func room(for head: RequestHead, extra: Int = 1_024) -> Int {
    head.target.storage.count + head.fields.room + 64 + max(0, extra)
  }

  /// Enough memory for the head that `response` becomes, and `extra` bytes of further fields.
  public static func room(for response: ReceivedResponse, extra: Int = 512) -> Int {
    response.head.fields.room + 128 + max(0, extra)
  }
}

extension HTTPFields {
  /// The most bytes that the fields can take on the wire: a colon, a space and CRLF may be added.
  var room: Int { storage.count + 4 * lines.count }
}

extension HTTPMethod {
  /// The method and the space that follows it.
  var startOfLine: StaticString {
    switch self {
    case .get: "GET "
    case .head: "HEAD "
    case .post: "POST "
    case .put: "PUT "
    case .patch: "PATCH "
    case .delete: "DELETE "
    case .options: "OPTIONS "
    }
  }
}
