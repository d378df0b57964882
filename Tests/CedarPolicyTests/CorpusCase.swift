import CedarPolicy

/// One case of the corpus: policies, schema, entities and requests with what Cedar says of them,
/// all read by the library's own readers.
struct CorpusCase {
  struct Expectation {
    let request: Request
    /// Why the schema refuses the request, or nil.
    let refusal: String?
    /// Whether the request is said to agree with the schema; where not, nothing is said of that.
    let isValid: Bool
    let decision: Decision
    let reasons: Set<String>
    let errors: Set<String>
  }

  /// A case without a member that every case must have.
  struct Incomplete: Error {
    let member: String
  }

  let policies: PolicySet
  let schema: Schema
  let entities: Entities
  /// Whether the policies agree with the schema.
  let shouldValidate: Bool
  let expectations: [Expectation]

  init(named name: String, in archive: CorpusArchive) throws {
    let description = Members(try RawJSON(archive.text("\(name).json")).members())
    let schemaName = try description["schema"].decoded(String.self)
    let schemaText = try archive.text(schemaName)
    let schema =
      schemaName.hasSuffix(".json")
      ? try Schema(json: schemaText, source: schemaName)
      : try Schema(parsing: schemaText, source: schemaName)
    let policiesName = try description["policies"].decoded(String.self)
    let policyText = try archive.text(policiesName)
    policies =
      policiesName.hasSuffix(".json")
      ? try PolicySet(json: policyText, source: policiesName)
      : try PolicySet(parsing: policyText, source: policiesName)
    let entitiesName = try description["entities"].decoded(String.self)
    entities = try Entities(
      json: archive.text(entitiesName), schema: schema, source: entitiesName)
    shouldValidate = try description["shouldValidate"].decoded(Bool.self)
    expectations = try description["requests"].elements().map {
      try Expectation(Members($0.members()), schema)
    }
    self.schema = schema
  }
}

/// Members that must be there.
private struct Members {
  let byName: [String: RawJSON]

  init(_ byName: [String: RawJSON]) {
    self.byName = byName
  }

  subscript(name: String) -> RawJSON {
    get throws {
      guard let member = byName[name] else { throw CorpusCase.Incomplete(member: name) }
      return member
    }
  }
}

extension CorpusCase.Expectation {
  fileprivate init(_ members: Members, _ schema: Schema) throws {
    let decision = try members["decision"].decoded(String.self).lowercased()
    guard let decision = Decision(rawValue: decision) else {
      throw CorpusCase.Incomplete(member: "decision")
    }
    self.decision = decision
    reasons = Set(try members["reason"].decoded([String].self))
    errors = Set(try members["errors"].decoded([String].self))
    isValid = try members.byName["validateRequest"]?.decoded(Bool.self) ?? true
    let parts = ["principal", "action", "resource", "context"]
    let text = jsonObject(
      parts.compactMap { part in members.byName[part].map { (part, $0.text) } })
    do throws(CedarParseError) {
      request = try Request(json: text, schema: schema)
      refusal = nil
    } catch {
      refusal = "\(error)"
      request = try Request(json: text)
    }
  }
}
