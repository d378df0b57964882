/// A schema as it was written, in either syntax, before its names are resolved.
struct SchemaSyntax {
  var namespaces: [Namespace] = []

  struct Namespace {
    /// Empty for what stands outside all namespaces.
    var name: String
    var span: SourceSpan
    var commonTypes: [CommonType] = []
    var entityTypes: [EntityType] = []
    var actions: [Action] = []
  }

  /// A name, perhaps qualified, and where it stands.
  struct Name {
    var text: String
    var span: SourceSpan
  }

  struct CommonType {
    var name: Name
    var type: TypeSyntax
  }

  struct EntityType {
    /// All that are declared alike.
    var names: [Name]
    var memberOf: [Name] = []
    var attributes: TypeSyntax?
    var tags: TypeSyntax?
    /// The ids of an enumerated type.
    var enumeration: [Name]?
  }

  struct Action {
    /// All that are declared alike.
    var names: [Name]
    var memberOf: [ActionReference] = []
    /// Nil where the action says nothing about what it applies to.
    var principalTypes: [Name]?
    var resourceTypes: [Name]?
    var context: TypeSyntax?
  }

  struct ActionReference {
    /// The type of the action; nil for the actions of the same namespace.
    var type: Name?
    var id: Name
  }

  indirect enum TypeSyntax {
    /// A common type, an entity type, a primitive or an extension type.
    case name(Name, NameKind)
    case set(TypeSyntax, SourceSpan)
    case record([Field], SourceSpan)

    var span: SourceSpan {
      switch self {
      case .name(let name, _): name.span
      case .set(_, let span), .record(_, let span): span
      }
    }
  }

  /// What a name may refer to; the JSON syntax often says it.
  enum NameKind {
    case any, common, entityOrCommon, entity, extensionType, primitive
  }

  struct Field {
    var name: Name
    var isRequired: Bool
    var type: TypeSyntax
  }
}
