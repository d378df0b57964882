/// Turns types as they were written into types whose names are resolved.
struct TypeResolver {
  /// A type with its size: types of types grow exponentially with the text.
  struct Resolved {
    let type: SchemaType
    var depth = 1
    var size = 1
  }

  let names: DeclaredNames
  private var commonTypes: [String: Resolved] = [:]

  private var source: SourceText { names.source }

  init(_ names: DeclaredNames) throws(CedarParseError) {
    self.names = names
    for name in try CommonTypeOrder(names).names {
      guard let declared = names.commonTypes[name] else { continue }
      commonTypes[name] = try resolve(declared.syntax.type, in: declared.namespace)
    }
  }

  /// The readers bound how deep a type is in the text, and with it the recursion.
  func resolve(
    _ type: SchemaSyntax.TypeSyntax, in namespace: String
  ) throws(CedarParseError) -> Resolved {
    let resolved: Resolved
    switch type {
    case .set(let element, _):
      let inner = try resolve(element, in: namespace)
      resolved = Resolved(
        type: .set(inner.type), depth: inner.depth + 1, size: inner.size + 1)
    case .record(let fields, _): resolved = try record(fields, in: namespace)
    case .name(let name, let kind): resolved = try named(name, kind, in: namespace)
    }
    guard resolved.depth <= CedarLimits.nesting, resolved.size <= CedarLimits.typeSize else {
      throw source.error(
        "the type is too large, expected at most \(CedarLimits.nesting) levels and "
          + "\(CedarLimits.typeSize) parts", at: type.span)
    }
    return resolved
  }

  /// The readers have refused attributes that stand twice.
  private func record(
    _ fields: [SchemaSyntax.Field], in namespace: String
  ) throws(CedarParseError) -> Resolved {
    var attributes: [(name: String, attribute: RecordType.Attribute)] = []
    var (depth, size) = (1, 1)
    for field in fields {
      let resolved = try resolve(field.type, in: namespace)
      (depth, size) = (max(depth, resolved.depth + 1), size + resolved.size)
      attributes.append((field.name.text, .init(resolved.type, isRequired: field.isRequired)))
    }
    return Resolved(type: .record(RecordType(attributes)), depth: depth, size: size)
  }

  private func named(
    _ name: SchemaSyntax.Name, _ kind: SchemaSyntax.NameKind, in namespace: String
  ) throws(CedarParseError) -> Resolved {
    switch try names.meaning(of: name, kind, in: namespace) {
    case .entity(let type): return Resolved(type: .entity(type))
    case .builtIn(let type): return Resolved(type: type)
    case .common(let common):
      guard let resolved = commonTypes[common] else {
        throw source.error("the type \(source.quoted(common)) is not resolved", at: name.span)
      }
      return resolved
    }
  }
}
