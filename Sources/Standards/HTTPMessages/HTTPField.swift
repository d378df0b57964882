/// Why a field cannot be made: its name or its value would not survive on the wire.
public enum FieldError: Error, Sendable, Hashable, CustomStringConvertible {
  case invalidName
  case invalidValue

  public var description: String {
    switch self {
    case .invalidName: "a field name must be a token: letters, digits and !#$%&'*+-.^_`|~"
    case .invalidValue: "a field value must not hold control bytes other than tab"
    }
  }
}

/// One field line, RFC 9110 section 5: a name as it was sent and the bytes of its value.
///
/// The name is always a token and the value never holds CR, LF, NUL or another control byte but
/// tab, whether the field was received or made here, so a field can be written out as it is.
/// Fields of one message share that message's bytes.
public struct HTTPField: Sendable {
  let storage: [UInt8]
  let line: FieldLine

  /// Makes a field; blanks around the value are dropped, since they are no part of it.
  ///
  /// - Throws: ``FieldError`` if the name is not a token or the value holds control bytes.
  public init(name: String, value: some Collection<UInt8>) throws(FieldError) {
    var bytes = Array(name.utf8)
    let nameEnd = bytes.count
    guard Self.isValidName(bytes) else { throw .invalidName }
    bytes.append(UInt8(ascii: ":"))
    bytes.append(.space)
    bytes.append(contentsOf: value)
    let all = bytes.span
    guard all.firstForbiddenInValue(from: nameEnd + 1) == all.count else { throw .invalidValue }
    let valueBytes = bytes[(nameEnd + 2)...].trimmingBlanks()
    self.init(
      checked: bytes, name: 0..<nameEnd, value: valueBytes.startIndex..<valueBytes.endIndex)
  }

  /// Makes a field from text, written as UTF-8.
  public init(name: String, value: String) throws(FieldError) {
    try self.init(name: name, value: value.utf8)
  }

  /// A view of a field line that has been checked already, in the bytes of its message.
  init(checked storage: [UInt8], name: Range<Int>, value: Range<Int>) {
    let kind = FieldNameTable.shared.kind(of: name, in: storage.span)
    self.init(storage, FieldLine(name: name, value: value, kind: kind, isPlain: false))
  }

  init(_ storage: [UInt8], _ line: FieldLine) {
    self.storage = storage
    self.line = line
  }

  /// The name's bytes as sent.
  public var nameBytes: ArraySlice<UInt8> { storage[line.name] }
  /// The value's bytes, without blanks around them; may hold bytes above 0x7F.
  public var value: ArraySlice<UInt8> { storage[line.value] }
  /// The name as sent.
  public var name: String { String(decoding: nameBytes, as: UTF8.self) }
  /// The name in lower case, by which fields are compared.
  public var lowercasedName: String { nameBytes.lowercasedText }
  /// The value as text, or nil where its bytes are not UTF-8.
  public var text: String? { String(validating: value, as: UTF8.self) }
  /// Which name it is, if it is a known one.
  public var knownName: KnownFieldName? { line.kind.exact }

  /// Whether the field has this name, compared without case.
  public func isNamed(_ name: String) -> Bool { line.isNamed(name, in: storage) }

  /// Whether the name is a token, RFC 9110 section 5.1.
  public static func isValidName(_ name: some Collection<UInt8>) -> Bool {
    let token = ByteSet.token
    return !name.isEmpty && name.allSatisfy { token.contains($0) }
  }

  /// Whether the value is free of control bytes other than tab, RFC 9110 section 5.5.
  public static func isValidValue(_ value: some Collection<UInt8>) -> Bool {
    value.allSatisfy { !$0.isControl || $0 == .tab }
  }
}

extension FieldLine {
  /// Whether the line, of a message with `storage`, has this name, compared without case.
  func isNamed(_ name: String, in storage: [UInt8]) -> Bool {
    let utf8 = name.utf8
    guard utf8.count == self.name.count else { return false }
    let bytes = storage.span
    var index = self.name.lowerBound
    for byte in utf8 {
      guard bytes[index].lowercased == byte.lowercased else { return false }
      index &+= 1
    }
    return true
  }
}

extension HTTPField: Hashable {
  /// Fields are equal when their names are, without case, and their values byte for byte.
  public static func == (left: HTTPField, right: HTTPField) -> Bool {
    left.nameBytes.elementsEqual(right.nameBytes) { $0.lowercased == $1.lowercased }
      && left.value == right.value
  }

  public func hash(into hasher: inout Hasher) {
    for byte in nameBytes { hasher.combine(byte.lowercased) }
    hasher.combine(value)
  }
}

extension HTTPField: CustomStringConvertible {
  /// The name alone: values may be secrets.
  public var description: String { name }
}
