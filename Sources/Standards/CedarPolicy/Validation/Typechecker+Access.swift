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

  mutating func attribute(
    _ name: String, of operand: Expression, _ span: SourceSpan, _ known: Capabilities
  ) -> StaticType? {
    guard let type = check(operand, known).type,
      let attributes = attributes(of: type, operand.span)
    else { return nil }
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
  mutating func has(
    _ operand: Expression, _ path: [String], _ span: SourceSpan, _ known: Capabilities
  ) -> Found {
    guard var type = check(operand, known).type else { return Found(nil) }
    var signature = Signature(operand)
    var result = Found(.bool(true))
    for (step, name) in path.enumerated() {
      let place = step == 0 ? operand.span : span
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

  mutating func hasTag(
    _ entity: Expression, _ name: Expression, _ known: Capabilities
  ) -> Found {
    let type = self.entity(entity, known)
    let text = expect(name, .string, known)
    guard let type, text != nil else { return Found(nil) }
    guard index.schema.entityTypes[type]?.tags != nil else { return Found(.bool(false)) }
    let key = Signature(entity).tag(name)
    var capabilities = Capabilities()
    capabilities.insert(key)
    return Found(.bool(known.contains(key) ? true : nil), capabilities)
  }

  mutating func tag(
    _ entity: Expression, _ name: Expression, _ span: SourceSpan, _ known: Capabilities
  ) -> StaticType? {
    let type = self.entity(entity, known)
    let text = expect(name, .string, known)
    guard let type, text != nil else { return nil }
    guard let tags = index.schema.entityTypes[type]?.tags else {
      report.error(.unknownTag, at: span, "an entity of the type `\(type)` has no tags")
      return nil
    }
    guard known.contains(Signature(entity).tag(name)) else {
      report.error(
        .unsafeTag, at: span, "the tag may be missing here",
        hint: "test for it before, with `hasTag` and the same argument")
      return nil
    }
    return StaticType(tags)
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
