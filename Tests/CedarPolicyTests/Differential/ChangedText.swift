extension SplitMix64 {
  /// A text with one to three of its tokens lost, doubled, moved or replaced.
  ///
  /// - Parameter strangers: tokens that take the places of others.
  mutating func changed(
    _ text: String, strangers: [String] = SplitMix64.strangers
  ) -> String {
    var tokens = Self.tokens(of: text)
    for _ in 0..<pick(weighted: [(6, 1), (2, 2), (1, 3)]) where !tokens.isEmpty {
      let index = int(0...(tokens.count - 1))
      switch int(0...15) {
      case 0: tokens.remove(at: index)
      case 1: tokens.insert(tokens[index], at: index)
      case 2: tokens.swapAt(index, int(0...(tokens.count - 1)))
      case 3: tokens.insert(pick(strangers), at: index)
      case 4: tokens[index] = pick(tokens)
      case 5...6: tokens[index] = pick(strangers)
      default: tokens[index] = relative(of: tokens[index], among: tokens + strangers)
      }
    }
    return tokens.joined(separator: chance(85) ? " " : "")
  }

  /// Another token of a token's kind: a word for a word, a string for a string.
  private mutating func relative(of token: String, among tokens: [String]) -> String {
    let kind = Self.kind(of: token)
    return pick(tokens.filter { Self.kind(of: $0) == kind } + [token])
  }

  private static func kind(of token: String) -> Int {
    guard let first = token.unicodeScalars.first else { return 0 }
    if first == "\"" { return 1 }
    if first.properties.isAlphabetic { return 2 }
    if ("0"..."9").contains(first) { return 3 }
    return ["(", ")", "[", "]", "{", "}", ",", ";"].contains(token) ? 4 : 5
  }

  /// Tokens that stand in few policies, and some that are none.
  static let strangers = [
    ".", "::", "?principal", "?resource", "?action", "\"x", "x\"", #""\u{110000}""#, #""\x80""#,
    #""\q""#, #""\*""#, #""\u{}""#, #""\u{d800}""#, #""\u{0000041}""#, #""\x4""#, #""\'""#,
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "- 9223372036854775808",
    "00", "1.5", "0x10", "=", "==", "&", "|", "&&", "||", "!", "!!!!!", "-----", "if", "then",
    "else", "in", "is", "has", "like", "__cedar", "__cedar::User", "true", "false", "principal",
    "action", "resource", "context", "permit", "forbid", "when", "unless", "@", "@id", "(", ")",
    "[", "]", "{", "}", ",", ";", ":", "//", "/*", "\u{E9}", "a\u{301}", "\u{FEFF}", "\u{A0}",
    "\u{2028}", "ip", "ip()", "decimal(\"1.0\", 2)", "foo(1)", "a::b(1)", ".isEmpty()",
    ".isEmpty(1)", ".contains()", ".contains(1, 2)", ".foo()", ".toDate(1)", ".isIpv4", ".if",
    ".has", ".principal", ".__cedar", ".ip(\"::1\")", "has a.b.c", "has \"a\".b", "has a.if",
    "has if", "{if: 1}", "{\"a\": 1}", "{1: 2}", "{a: 1,}", "[1,]", "[,]", "User::\"a\"", "User",
    "Action::\"a\"", "A::Action::\"b\"", "is A::B::\"c\"", "is User in", "< 1 < 2", "in x in y",
    "has a has b", "like \"a\" like \"b\"", "like x", "%", "/", "is \"User\"", "*", "+", "1 2",
    "when { }", "when {true} when", "permit(principal,action,resource);", "principal is User",
    "principal in [User::\"a\"]", "action is Action", "true;", "\0", "'a'", "`a`", "$", "#", "~",
  ]

  /// Words, strings, operators and single characters; blanks are lost.
  private static func tokens(of text: String) -> [String] {
    var tokens: [String] = []
    var rest = text.unicodeScalars[...]
    while let first = rest.first {
      let length: Int
      if first == "\"" {
        length = stringLength(rest)
      } else if isWord(first) {
        length = rest.prefix(while: isWord).count
      } else {
        length = operatorLength(rest)
      }
      let token = String(rest.prefix(length))
      if !first.properties.isWhitespace { tokens.append(token) }
      rest = rest.dropFirst(length)
    }
    return tokens
  }

  /// Comments, which end with their line, and slots are one token.
  private static func operatorLength(_ text: Substring.UnicodeScalarView) -> Int {
    let both = String(text.prefix(2))
    if both == "//" { return text.prefix { $0 != "\n" }.count + 1 }
    if both == "?p" || both == "?r" { return text.dropFirst().prefix(while: isWord).count + 1 }
    return ["==", "!=", "<=", ">=", "&&", "||", "::"].contains(both) ? 2 : 1
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
  }

  private static func stringLength(_ text: Substring.UnicodeScalarView) -> Int {
    var isEscaped = false
    for (index, scalar) in text.enumerated().dropFirst() {
      if scalar == "\"", !isEscaped { return index + 1 }
      isEscaped = scalar == "\\" && !isEscaped
    }
    return text.count
  }
}
