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
  private let storage: [UInt8]
  private let nameRange: Range<Int>
  private let valueRange: Range<Int>

  /// Makes a field; blanks around the value are dropped, since they are no part of it.
  ///
  /// - Throws: ``FieldError`` if the name is not a token or the value holds control bytes.
  public init(name: String, value: some Collection<UInt8>) throws(FieldError) {
    let nameBytes = Array(name.utf8)
    guard Self.isValidName(nameBytes) else { throw .invalidName }
    let valueBytes = Array(value)
    guard Self.isValidValue(valueBytes) else { throw .invalidValue }
    let trimmed = valueBytes.trimmingBlanks()
    storage = nameBytes + trimmed
    nameRange = 0..<nameBytes.count
    valueRange = nameBytes.count..<(nameBytes.count + trimmed.count)
  }

  /// Makes a field from text, written as UTF-8.
  public init(name: String, value: String) throws(FieldError) {
    try self.init(name: name, value: Array(value.utf8))
  }

  /// A view of a field line that has been checked already, in the bytes of its message.
  init(checked storage: [UInt8], name: Range<Int>, value: Range<Int>) {
    self.storage = storage
    nameRange = name
    valueRange = value
  }

  /// The name's bytes as sent.
  public var nameBytes: ArraySlice<UInt8> { storage[nameRange] }
  /// The value's bytes, without blanks around them; may hold bytes above 0x7F.
  public var value: ArraySlice<UInt8> { storage[valueRange] }
  /// The name as sent.
  public var name: String { String(decoding: nameBytes, as: UTF8.self) }
  /// The name in lower case, by which fields are compared.
  public var lowercasedName: String { nameBytes.lowercasedText }
  /// The value as text, or nil where its bytes are not UTF-8.
  public var text: String? { String(validating: value, as: UTF8.self) }

  /// Whether the field has this name, compared without case.
  public func isNamed(_ name: String) -> Bool { nameBytes.equalsIgnoringCase(name) }

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
