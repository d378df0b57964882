/// Policies and templates with names that are unique among them all.
public struct PolicySet: Sendable {
  /// The policies in the order in which they were added.
  public private(set) var policies: [Policy] = []

  /// The templates in the order in which they were added; they take part in no decision.
  public private(set) var templates: [PolicyTemplate] = []

  private var ids: Set<PolicyID> = []

  /// A set without policies, which denies everything.
  public init() {}

  /// Reads the policies and templates of a text.
  ///
  /// - Parameters:
  ///   - text: policies in Cedar's syntax; an empty text gives an empty set.
  ///   - source: the text's name, for errors and for ``Policy/source``.
  ///   - naming: the id of the policy at an index (from 0) with these annotations; where it is
  ///     nil or gives nil, the id is `policy` and the index.
  /// - Throws: the first error of the text, also for two policies of one id.
  public init(
    parsing text: String, source: String? = nil,
    naming: ((_ index: Int, _ annotations: [String: String]) -> PolicyID?)? = nil
  ) throws(CedarParseError) {
    let sourceText = try SourceText(text, name: source)
    var parser = try Parser(sourceText)
    var index = 0
    while parser.token.kind != .end {
      let parsed = try parser.policy()
      let id = naming?(index, parsed.annotations) ?? PolicyID("policy\(index)")
      guard !ids.contains(id) else {
        throw sourceText.error(
          "the policy id \(sourceText.quoted(id.text)) stands twice", at: parsed.span,
          hint: "give each policy an id of its own")
      }
      insert(parsed, id: id)
      index += 1
    }
  }

  public subscript(id: PolicyID) -> Policy? {
    policies.first { $0.id == id }
  }

  /// - Throws: ``PolicySetError/duplicateID(_:)``.
  public mutating func add(_ policy: Policy) throws(PolicySetError) {
    try claim(policy.id)
    policies.append(policy)
  }

  /// - Throws: ``PolicySetError/duplicateID(_:)``.
  public mutating func add(_ template: PolicyTemplate) throws(PolicySetError) {
    try claim(template.id)
    templates.append(template)
  }

  /// Adds all that another set has, or nothing.
  ///
  /// - Throws: ``PolicySetError/duplicateID(_:)``.
  public mutating func merge(_ other: PolicySet) throws(PolicySetError) {
    let added = other.policies.map(\.id) + other.templates.map(\.id)
    if let clash = added.first(where: ids.contains) { throw .duplicateID(clash) }
    policies += other.policies
    templates += other.templates
    ids.formUnion(other.ids)
  }

  /// Adds the policy that a template becomes with its slots filled.
  public mutating func link(
    _ template: PolicyID, as id: PolicyID, values: [TemplateSlot: EntityUID]
  ) throws(PolicySetError) {
    guard let found = templates.first(where: { $0.id == template }) else {
      throw .unknownTemplate(template)
    }
    try add(found.linked(as: id, values: values))
  }

  private mutating func claim(_ id: PolicyID) throws(PolicySetError) {
    guard ids.insert(id).inserted else { throw .duplicateID(id) }
  }

  private mutating func insert(_ parsed: ParsedPolicy, id: PolicyID) {
    ids.insert(id)
    switch parsed.form(id: id) {
    case .policy(let policy): policies.append(policy)
    case .template(let template): templates.append(template)
    }
  }
}

/// Why a policy set does not change as asked.
public enum PolicySetError: Error, Sendable, Hashable, CustomStringConvertible {
  case duplicateID(PolicyID)
  case unknownTemplate(PolicyID)
  case missingSlot(TemplateSlot, template: PolicyID)
  case unknownSlot(TemplateSlot, template: PolicyID)

  public var description: String {
    switch self {
    case .duplicateID(let id): "the policy id `\(id)` stands twice"
    case .unknownTemplate(let id): "no template has the id `\(id)`"
    case .missingSlot(let slot, let id): "the template `\(id)` needs a value for `\(slot)`"
    case .unknownSlot(let slot, let id): "the template `\(id)` has no slot `\(slot)`"
    }
  }
}
