/// The parameters of an `application/x-www-form-urlencoded` body, each at most once.
///
/// OAuth forbids repeated parameters (RFC 6749 section 3.2), with few exceptions that the reader
/// names, and treats one without a value as if it were not there (section 3.1), which this type does
/// too.
public struct FormParameters: Sendable {
  private var values: [String: [String]] = [:]

  /// How much a body may hold.
  public struct Limits: Hashable, Sendable {
    /// The longest body, in bytes.
    public var maximumBytes: Int
    /// The most parameters.
    public var maximumParameters: Int

    /// 64 KiB and 64 parameters unless said otherwise.
    public init(maximumBytes: Int = 65_536, maximumParameters: Int = 64) {
      self.maximumBytes = maximumBytes
      self.maximumParameters = maximumParameters
    }
  }

  /// Decodes a body.
  /// - Parameter repeatable: the parameters that may occur more than once.
  /// - Throws: ``MalformedForm`` if it is too large, not ASCII, badly escaped, not UTF-8 once
  ///   unescaped, holds an empty name, or repeats a parameter.
  public init(
    decoding body: [UInt8], limits: Limits = Limits(), repeatable: Set<String> = []
  ) throws(MalformedForm) {
    guard body.count <= limits.maximumBytes else { throw MalformedForm(.tooLarge) }
    guard !body.isEmpty else { return }
    let pairs = body.split(
      separator: UInt8(ascii: "&"), maxSplits: max(0, limits.maximumParameters),
      omittingEmptySubsequences: false)
    guard pairs.count <= limits.maximumParameters else { throw MalformedForm(.tooLarge) }
    for pair in pairs {
      let (name, value) = try Self.parameter(pair)
      guard !name.isEmpty else { throw MalformedForm(.emptyName) }
      guard self.values[name] == nil || repeatable.contains(name) else {
        throw MalformedForm(.repeatedParameter)
      }
      self.values[name, default: []].append(value)
    }
  }

  /// The first value of a parameter that is not empty; `nil` if there is none.
  public subscript(name: String) -> String? { self.all(name).first }

  /// All values of a parameter, in order, without empty ones.
  public func all(_ name: String) -> [String] {
    self.values[name, default: []].filter { !$0.isEmpty }
  }

  private static func parameter(
    _ pair: ArraySlice<UInt8>
  ) throws(MalformedForm) -> (name: String, value: String) {
    let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
    return (try self.unescape(pair[..<equals]), try self.unescape(pair[equals...].dropFirst()))
  }

  private static func unescape(_ bytes: ArraySlice<UInt8>) throws(MalformedForm) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    var rest = bytes
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"): text.append(0x20)
      case UInt8(ascii: "%"):
        guard let high = self.hexadecimal(rest.popFirst()),
          let low = self.hexadecimal(rest.popFirst())
        else { throw MalformedForm(.escape) }
        text.append(high << 4 | low)
      case 0x21...0x7E: text.append(byte)
      default: throw MalformedForm(.character)
      }
    }
    guard let string = String(validating: text, as: UTF8.self) else { throw MalformedForm(.text) }
    return string
  }

  private static func hexadecimal(_ byte: UInt8?) -> UInt8? {
    switch byte {
    case .some(let digit) where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit):
      digit - UInt8(ascii: "0")
    case .some(let letter) where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(letter | 0x20):
      (letter | 0x20) - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}

/// A form carries tokens, so its values never show.
extension FormParameters: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  public var description: String { "<redacted>" }
  public var debugDescription: String { self.description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A body is not a form that OAuth allows, and why. Nothing of the body is repeated.
public struct MalformedForm: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    case tooLarge, character, escape, text, emptyName, repeatedParameter
  }

  public let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  public var description: String {
    switch self.reason {
    case .tooLarge: "the form is too large or has too many parameters"
    case .character: "a form holds only printable ASCII; everything else is escaped"
    case .escape: "a percent sign is followed by two hexadecimal digits"
    case .text: "names and values are UTF-8 once unescaped"
    case .emptyName: "a parameter has a name"
    case .repeatedParameter: "a parameter is repeated"
    }
  }
}
