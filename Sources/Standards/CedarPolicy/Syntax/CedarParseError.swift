/// Why a text is not Cedar: what was expected, where, and often what to write instead.
public struct CedarParseError: Error, Sendable, Hashable, CustomStringConvertible {
  // The fields live behind one reference: parsing functions pass this error through many
  // frames, and every byte of it would be paid on each of them.
  private let fields: Fields

  public init(message: String, span: SourceSpan, file: String? = nil, hint: String? = nil) {
    fields = Fields(message: message, span: span, file: file, hint: hint)
  }

  /// What is wrong, in lower case, with pieces of the input in back-ticks.
  public var message: String { fields.message }

  /// Where it is wrong.
  public var span: SourceSpan { fields.span }

  /// The name that the caller gave the text, if any.
  public var file: String? { fields.file }

  /// What the writer may have meant, if that can be guessed.
  public var hint: String? { fields.hint }

  /// `file:line:column: message (hint)`.
  public var description: String {
    let place = file.map { "\($0):" } ?? ""
    let advice = hint.map { " (\($0))" } ?? ""
    return "\(place)\(span.line):\(span.column): \(message)\(advice)"
  }

  public static func == (one: CedarParseError, other: CedarParseError) -> Bool {
    one.message == other.message && one.span == other.span && one.file == other.file
      && one.hint == other.hint
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(message)
    hasher.combine(span)
  }

  private final class Fields: Sendable {
    let message: String
    let span: SourceSpan
    let file: String?
    let hint: String?

    init(message: String, span: SourceSpan, file: String?, hint: String?) {
      self.message = message
      self.span = span
      self.file = file
      self.hint = hint
    }
  }
}
