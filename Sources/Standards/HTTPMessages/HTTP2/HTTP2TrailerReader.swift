/// Reads the trailer section of an HTTP/2 request, RFC 9113 section 8.1: no pseudo-fields, and none
/// of the fields that are dangerous after the content (RFC 9110 section 6.5.1).
public struct HTTP2TrailerReader: Sendable {
  public let limits: MessageLimits
  public private(set) var fields = HTTPFields()
  private var byteCount = 0

  public init(limits: MessageLimits = MessageLimits()) { self.limits = limits }

  /// Takes the next field.
  ///
  /// - Throws: the refusal of the whole request; the reader is of no more use then.
  public mutating func add(
    name: some Collection<UInt8>, value: some Collection<UInt8>
  ) throws(RequestRefusal) {
    guard name.first != UInt8(ascii: ":") else { throw .pseudoFieldMisplaced }
    try HTTP2FieldRules.check(name: name, value: value)
    // As many bytes as the line of HTTP/1.1 would have.
    byteCount += name.count + value.count + 4
    guard byteCount <= limits.trailerBytes, fields.count < limits.trailerCount else {
      throw .trailersTooLarge
    }
    guard
      let field = try? HTTPField(name: String(decoding: name, as: UTF8.self), value: Array(value))
    else { throw .trailerMalformed }
    guard field.line.kind.known?.isForbiddenInTrailers != true else { throw .trailerForbidden }
    fields.append(field)
  }
}
