/// Reads Cedar's schema syntax.
///
/// `Schema ::= {{Annotation} (Namespace | Declaration)}`
struct SchemaParser {
  private var parser: Parser

  init(_ source: SourceText) throws(CedarParseError) {
    parser = try Parser(source, isSchema: true)
  }

  mutating func schema() throws(CedarParseError) -> SchemaSyntax {
    var schema = SchemaSyntax()
    var outside = SchemaSyntax.Namespace(name: "", span: parser.token.span)
    while parser.token.kind != .end {
      try skipAnnotations()
      if isWord("namespace") {
        schema.namespaces.append(try namespace())
      } else {
        try declaration(into: &outside, alternatives: ["namespace", "entity", "action", "type"])
      }
    }
    schema.namespaces.append(outside)
    return schema
  }

  private mutating func namespace() throws(CedarParseError) -> SchemaSyntax.Namespace {
    try parser.advance()
    let name = try path("the namespace's name")
    var namespace = SchemaSyntax.Namespace(name: name.text, span: name.span)
    try parser.expect(.leftBrace, "`{` after the namespace's name")
    while try !parser.take(.rightBrace) {
      try skipAnnotations()
      try declaration(into: &namespace, alternatives: ["entity", "action", "type", "}"])
    }
    return namespace
  }

  private mutating func declaration(
    into namespace: inout SchemaSyntax.Namespace, alternatives: [String]
  ) throws(CedarParseError) {
    switch parser.token.kind.isWord ? parser.text(parser.token) : "" {
    case "entity": namespace.entityTypes.append(try entityTypes())
    case "action": namespace.actions.append(try actions())
    case "type": namespace.commonTypes.append(try commonType())
    default:
      let near = nearest(parser.text(parser.token), among: alternatives)
      throw parser.unexpected(
        "expected \(alternatives.map { "`\($0)`" }.joined(separator: ", "))",
        hint: near.map { "did you mean `\($0)`?" })
    }
  }

  // MARK: Declarations

  /// `'entity' Idents ['in' Types] [['='] Record] ['tags' Type] ';'`, or with `enum [...]`.
  private mutating func entityTypes() throws(CedarParseError) -> SchemaSyntax.EntityType {
    try parser.advance()
    var names = [try typeName("an entity type's name")]
    while try parser.take(.comma) { names.append(try typeName("an entity type's name")) }
    var declared = SchemaSyntax.EntityType(names: names)
    if isWord("enum") {
      try parser.advance()
      declared.enumeration = try enumeration()
    } else {
      if try parser.take(.in) { declared.memberOf = try entityTypeNames(mayBeEmpty: true) }
      let isAssigned = try parser.take(.assign)
      if isAssigned || parser.token.kind == .leftBrace { declared.attributes = try record() }
      if isWord("tags") {
        try parser.advance()
        declared.tags = try type()
      }
    }
    try parser.expect(.semicolon, "`;` after the entity type")
    return declared
  }

  private mutating func enumeration() throws(CedarParseError) -> [SchemaSyntax.Name] {
    try bracketed { schema throws(CedarParseError) in
      let span = schema.parser.token.span
      return SchemaSyntax.Name(
        text: try schema.parser.string("an entity's id as a string"), span: span)
    }
  }

  /// `'action' Names ['in' Refs] ['appliesTo' {...}] ';'`
  private mutating func actions() throws(CedarParseError) -> SchemaSyntax.Action {
    try parser.advance()
    var names = [try name("an action's name")]
    while try parser.take(.comma) { names.append(try name("an action's name")) }
    var declared = SchemaSyntax.Action(names: names)
    if try parser.take(.in) { declared.memberOf = try actionReferences() }
    if isWord("appliesTo") { try appliesTo(&declared) }
    if isWord("attributes") {
      try parser.advance()
      try parser.expect(.leftBrace, "`{` after `attributes`")
      try parser.expect(.rightBrace, "`}`", hint: "actions have no attributes")
    }
    try parser.expect(.semicolon, "`appliesTo` or `;` after the action")
    return declared
  }

  private mutating func appliesTo(_ action: inout SchemaSyntax.Action) throws(CedarParseError) {
    let start = parser.token.span
    try parser.advance()
    try parser.expect(.leftBrace, "`{` after `appliesTo`")
    while try !parser.take(.rightBrace) {
      let key = parser.token
      let word = key.kind.isWord ? parser.text(key) : ""
      try parser.advance()
      switch word {
      case "principal" where action.principalTypes == nil:
        try parser.expect(.colon, "`:`")
        action.principalTypes = try entityTypeNames()
      case "resource" where action.resourceTypes == nil:
        try parser.expect(.colon, "`:`")
        action.resourceTypes = try entityTypeNames()
      case "context" where action.context == nil:
        try parser.expect(.colon, "`:`")
        action.context = try type()
      default:
        throw parser.source.error(
          "expected `principal`, `resource` or `context`, each at most once, "
            + "found \(parser.source.quoted(key))", at: key.span)
      }
      if parser.token.kind != .rightBrace { try parser.expect(.comma, "`,` or `}`") }
    }
    guard action.principalTypes != nil, action.resourceTypes != nil else {
      throw parser.source.error(
        "expected `principal` and `resource` in `appliesTo`", at: start.through(parser.previous),
        hint: "an action without `appliesTo` is a group of actions")
    }
  }

  /// `'type' Ident '=' Type ';'`
  private mutating func commonType() throws(CedarParseError) -> SchemaSyntax.CommonType {
    try parser.advance()
    let name = try typeName("the type's name")
    try parser.expect(.assign, "`=` after the type's name")
    let declared = try type()
    try parser.expect(.semicolon, "`;` after the type")
    return SchemaSyntax.CommonType(name: name, type: declared)
  }

  // MARK: Types

  private mutating func type() throws(CedarParseError) -> SchemaSyntax.TypeSyntax {
    guard parser.token.kind != .leftBrace else { return try record() }
    let name = try path("a type")
    guard name.text == "Set", parser.token.kind == .less else { return .name(name, .any) }
    try parser.enterNesting()
    defer { parser.leaveNesting() }
    try parser.advance()
    let element = try type()
    try parser.expect(.greater, "`>` after the type of the set's elements")
    return .set(element, name.span.through(parser.previous))
  }

  private mutating func record() throws(CedarParseError) -> SchemaSyntax.TypeSyntax {
    try parser.enterNesting()
    defer { parser.leaveNesting() }
    let start = parser.token.span
    try parser.expect(.leftBrace, "`{`")
    var fields: [SchemaSyntax.Field] = []
    var names: Set<[UInt8]> = []
    while try !parser.take(.rightBrace) {
      try skipAnnotations()
      let field = try field()
      // The reference means the later; a writer means one of the two and cannot know which.
      guard names.insert(Array(field.name.text.utf8)).inserted else {
        throw parser.source.error(
          "the attribute \(parser.source.quoted(field.name.text)) stands twice",
          at: field.name.span)
      }
      fields.append(field)
      if parser.token.kind != .rightBrace { try parser.expect(.comma, "`,` or `}`") }
    }
    return .record(fields, start.through(parser.previous))
  }

  private mutating func field() throws(CedarParseError) -> SchemaSyntax.Field {
    let name = try name("an attribute's name")
    let isOptional = try parser.take(.question)
    try parser.expect(.colon, "`:` after the attribute's name")
    return SchemaSyntax.Field(name: name, isRequired: !isOptional, type: try type())
  }

  // MARK: Names

  /// One name, or several in brackets.
  private mutating func entityTypeNames(
    mayBeEmpty: Bool = false
  ) throws(CedarParseError) -> [SchemaSyntax.Name] {
    guard parser.token.kind == .leftBracket else { return [try path("an entity type's name")] }
    return try bracketed(mayBeEmpty: mayBeEmpty) { schema throws(CedarParseError) in
      try schema.path("an entity type's name")
    }
  }

  private mutating func actionReferences() throws(CedarParseError) -> [SchemaSyntax.ActionReference]
  {
    guard parser.token.kind == .leftBracket else { return [try actionReference()] }
    return try bracketed { schema throws(CedarParseError) in try schema.actionReference() }
  }

  /// What stands between brackets, with commas between but none after the last.
  private mutating func bracketed<Element>(
    mayBeEmpty: Bool = false,
    _ element: (inout SchemaParser) throws(CedarParseError) -> Element
  ) throws(CedarParseError) -> [Element] {
    try parser.expect(.leftBracket, "`[`")
    if mayBeEmpty, try parser.take(.rightBracket) { return [] }
    var elements = [try element(&self)]
    while try parser.take(.comma) { elements.append(try element(&self)) }
    try parser.expect(.rightBracket, "`,` or `]`")
    return elements
  }

  /// A name of this namespace, or `Namespace::Action::"name"`.
  private mutating func actionReference() throws(CedarParseError) -> SchemaSyntax.ActionReference {
    let start = parser.token.span
    guard parser.token.kind.isWord else {
      return SchemaSyntax.ActionReference(type: nil, id: try name("an action"))
    }
    switch try parser.path() {
    case .entity(let uid):
      let span = start.through(parser.previous)
      return SchemaSyntax.ActionReference(
        type: .init(text: uid.type.text, span: span), id: .init(text: uid.id, span: span))
    case .name(let identifiers):
      guard identifiers.count == 1 else {
        throw parser.source.error(
          "expected an action, found a type", at: start.through(parser.previous),
          hint: "an action of a namespace is written `Namespace::Action::\"name\"`")
      }
      return SchemaSyntax.ActionReference(
        type: nil, id: .init(text: identifiers.joined(), span: start))
    }
  }

  private mutating func path(_ expected: String) throws(CedarParseError) -> SchemaSyntax.Name {
    let start = parser.token.span
    var identifiers = [try word(expected)]
    while try parser.take(.doubleColon) { identifiers.append(try word("a name after `::`")) }
    return SchemaSyntax.Name(
      text: identifiers.joined(separator: "::"), span: start.through(parser.previous))
  }

  /// An identifier; `__cedar` is one here.
  private mutating func word(_ expected: String) throws(CedarParseError) -> String {
    if parser.token.kind == .cedarNamespace { return parser.text(try parser.advance()) }
    return try parser.identifier(expected)
  }

  private mutating func typeName(_ expected: String) throws(CedarParseError) -> SchemaSyntax.Name {
    let span = parser.token.span
    // Attributes and actions may be strings instead, names of types may not.
    if parser.token.kind.isReserved {
      throw parser.unexpected("expected \(expected)", hint: "the word is reserved")
    }
    return SchemaSyntax.Name(text: try parser.identifier(expected), span: span)
  }

  /// An identifier or a string.
  private mutating func name(_ expected: String) throws(CedarParseError) -> SchemaSyntax.Name {
    let span = parser.token.span
    if parser.token.kind.isWord {
      return SchemaSyntax.Name(text: try word(expected), span: span)
    }
    return SchemaSyntax.Name(text: try parser.string(expected), span: span)
  }

  private func isWord(_ text: String) -> Bool {
    parser.token.kind.isWord && parser.text(parser.token) == text
  }

  /// Annotations say nothing to a validator.
  private mutating func skipAnnotations() throws(CedarParseError) {
    var names: Set<String> = []
    while try parser.take(.at) {
      guard parser.token.kind.isWord else {
        throw parser.unexpected("expected the name of an annotation")
      }
      guard names.insert(parser.text(parser.token)).inserted else {
        throw parser.unexpected("expected each annotation once")
      }
      try parser.advance()
      guard try parser.take(.leftParenthesis) else { continue }
      _ = try parser.string("the annotation's value as a string")
      try parser.expect(.rightParenthesis, "`)` after the annotation's value")
    }
  }
}
