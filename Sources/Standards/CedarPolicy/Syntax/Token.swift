/// One lexical token and where it stands; its text is read from the source when it matters.
struct Token {
  let kind: TokenKind
  let span: SourceSpan
}

enum TokenKind: UInt8 {
  case end
  case identifier, number, string
  case principalSlot, resourceSlot
  case `true`, `false`, `if`, then, `else`, `in`, `is`, like, has, cedarNamespace
  case at, dot, comma, semicolon, colon, doubleColon
  case leftParenthesis, rightParenthesis, leftBrace, rightBrace, leftBracket, rightBracket
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
  case or, and, plus, minus, star, slash, percent, bang
  /// These two stand in schemas only.
  case assign, question

  /// Words of the grammar, reserved or not.
  var isWord: Bool {
    self == .identifier || isReserved
  }

  /// Words that are no identifiers (Cedar policy grammar, "reserved").
  var isReserved: Bool {
    switch self {
    case .true, .false, .if, .then, .else, .in, .is, .like, .has, .cedarNamespace: true
    default: false
    }
  }

  /// The kind of a word of the grammar.
  static func word(_ text: String) -> TokenKind {
    switch text {
    case "true": .true
    case "false": .false
    case "if": .if
    case "then": .then
    case "else": .else
    case "in": .in
    case "is": .is
    case "like": .like
    case "has": .has
    case "__cedar": .cedarNamespace
    default: .identifier
    }
  }
}
