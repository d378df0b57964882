extension Typechecker {
  /// The attributes that a value has, and what has them.
  private struct Attributes {
    let shape: RecordShape
    /// Nil for a record; an entity may be missing among the entities, and then has nothing.
    let entityType: EntityTypeName?

    var owner: String {
      entityType.map { "an entity of the type `\($0)`" } ?? "the record"
    }
  }

  private mutating func attributes(
    of type: StaticType, _ span: SourceSpan
  ) -> Attributes? {
    switch type {
    case .record(let shape): return Attributes(shape: shape, entityType: nil)
    case .entity(let name): return Attributes(shape: index.shape(of: name), entityType: name)
    default:
      mismatch("an entity or a record", type, span)
      return nil
    }
  }

  mutating func attribute(_ expression: Expression, _ known: Capabilities) -> StaticType? {
    guard let operand = expression.operands.first, let type = check(operand, known).type else {
      return nil
    }
    return attribute(expression, of: type, known)
  }

  private mutating func attribute(
    _ expression: Expression, of type: StaticType, _ known: Capabilities
  ) -> StaticType? {
    guard case .attribute(let operand, let name) = expression.kind,
      let attributes = attributes(of: type, operand.span)
    else { return nil }
    let span = expression.span
    guard let field = attributes.shape[name] else {
      reportUnknown(name, of: attributes, span)
      return nil
    }
    guard field.isRequired || known.contains(Signature(operand).attribute(name)) else {
      report.error(
        .unsafeOptionalAttribute, at: span,
        "the attribute `\(name)` is optional and may be missing here",
        hint: "test for it before, as in `x has \(name.attributeSyntax) && x\(name.accessSyntax)`")
      return nil
    }
    return field.type
  }

  private mutating func reportUnknown(
    _ name: String, of attributes: Attributes, _ span: SourceSpan
  ) {
    let names = attributes.shape.fields.map(\.name)
    let near = index.guess(name) { names }
    let isTag = attributes.entityType.flatMap { index.schema.entityTypes[$0]?.tags } != nil
    let tag = isTag ? "its tags are read with `getTag(\(name.cedarLiteral))`" : nil
    report.error(
      .unknownAttribute, at: span, "\(attributes.owner) has no attribute `\(name)`",
      hint: near.map { "did you mean `\($0)`?" } ?? tag)
  }

  /// `has` with a path: each step is there only if those before it are.
  mutating func has(_ expression: Expression, _ known: Capabilities) -> Found {
    guard let operand = expression.operands.first, let type = check(operand, known).type else {
      return Found(nil)
    }
    return has(expression, in: type, known)
  }

  private mutating func has(
    _ expression: Expression, in operandType: StaticType, _ known: Capabilities
  ) -> Found {
    guard case .has(let operand, let path) = expression.kind else { return Found(nil) }
    var type = operandType
    var signature = Signature(operand)
    var result = Found(.bool(true))
    for (step, name) in path.enumerated() {
      let place = step == 0 ? operand.span : expression.span
      guard let attributes = attributes(of: type, place) else { return Found(nil) }
      guard let field = attributes.shape[name] else { return Found(.bool(false)) }
      let key = signature.attribute(name)
      let isCertain = (field.isRequired && attributes.entityType == nil) || known.contains(key)
      if !isCertain { result.type = .bool(nil) }
      result.capabilities.insert(key)
      (type, signature) = (field.type, key)
    }
    return result
  }

  mutating func hasTag(_ operands: [Expression], _ known: Capabilities) -> Found {
    guard let type = taggedType(operands, known) else { return Found(nil) }
    guard index.schema.entityTypes[type]?.tags != nil else { return Found(.bool(false)) }
    let key = Signature(operands[0]).tag(operands[1])
    var capabilities = Capabilities()
    capabilities.insert(key)
    return Found(.bool(known.contains(key) ? true : nil), capabilities)
  }

  mutating func tag(_ expression: Expression, _ known: Capabilities) -> StaticType? {
    let operands = expression.operands
    guard let type = taggedType(operands, known) else { return nil }
    guard let tags = index.schema.entityTypes[type]?.tags else {
      report.error(
        .unknownTag, at: expression.span, "an entity of the type `\(type)` has no tags")
      return nil
    }
    guard known.contains(Signature(operands[0]).tag(operands[1])) else {
      report.error(
        .unsafeTag, at: expression.span, "the tag may be missing here",
        hint: "test for it before, with `hasTag` and the same argument")
      return nil
    }
    return StaticType(tags)
  }

  /// Checks an entity and the name of one of its tags.
  private mutating func taggedType(
    _ operands: [Expression], _ known: Capabilities
  ) -> EntityTypeName? {
    guard operands.count == 2 else { return nil }
    let type = entity(operands[0], known)
    return expect(operands[1], .string, known) == nil ? nil : type
  }
}

extension String {
  /// The name of an attribute as `has` takes it.
  fileprivate var attributeSyntax: String { isPlainIdentifier ? self : cedarLiteral }

  /// The access to an attribute.
  fileprivate var accessSyntax: String { isPlainIdentifier ? ".\(self)" : "[\(cedarLiteral)]" }

  private var isPlainIdentifier: Bool {
    !isEmpty && utf8.first.map { !(48...57).contains($0) } == true
      && utf8.allSatisfy {
        $0 == UInt8(ascii: "_") || (48...57).contains($0) || (65...90).contains($0)
          || (97...122).contains($0)
      }
  }
}
