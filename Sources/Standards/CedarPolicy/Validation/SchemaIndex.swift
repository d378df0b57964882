/// A schema in the form that checking policies needs, what is costly found out once and when asked.
///
/// For one run of ``Validator/validate(_:)-(PolicySet)`` only; it is shared by reference there.
final class SchemaIndex {
  /// An action with what it applies to, in a fixed order.
  struct Action {
    let uid: EntityUID
    let principals: [EntityTypeName]
    let resources: [EntityTypeName]
    let context: RecordShape
    /// The same for actions whose contexts are the same.
    let contextNumber: Int
  }

  let schema: Schema
  let actions: [Action]
  private let numbers: [EntityUID: Int]
  private var members: [EntityUID: [Int]] = [:]
  private var groups: [EntityUID: Set<EntityUID>] = [:]
  private var containers: [EntityTypeName: Set<EntityTypeName>] = [:]
  private var shapes: [EntityTypeName: RecordShape] = [:]

  /// Guessing what the writer meant compares with every name of the schema, so it has an end.
  private var guessesLeft = 200

  init(_ schema: Schema) {
    self.schema = schema
    var contexts: [RecordType: (number: Int, shape: RecordShape)] = [:]
    actions = Self.inOrder(schema.actions.values, by: \.uid.description).map { action in
      let context =
        contexts[action.context] ?? (number: contexts.count, shape: RecordShape(action.context))
      contexts[action.context] = context
      return Action(
        uid: action.uid, principals: Self.inOrder(action.principalTypes, by: \.text),
        resources: Self.inOrder(action.resourceTypes, by: \.text), context: context.shape,
        contextNumber: context.number)
    }
    numbers = Dictionary(
      actions.enumerated().map { ($1.uid, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private static func inOrder<Element>(
    _ elements: some Collection<Element>, by name: (Element) -> String
  ) -> [Element] {
    elements.map { (name: name($0), element: $0) }
      .sorted { codePointsPrecede($0.name, $1.name) }.map(\.element)
  }

  // MARK: Types

  /// The attributes of an entity type; none for the types of actions.
  func shape(of type: EntityTypeName) -> RecordShape {
    if let known = shapes[type] { return known }
    let shape = RecordShape(schema.entityTypes[type]?.attributes ?? RecordType())
    shapes[type] = shape
    return shape
  }

  /// Whether an entity or action of one type may be in one of another type.
  func mayBe(_ type: EntityTypeName, in other: EntityTypeName) -> Bool {
    type == other || containers(of: type).contains(other)
  }

  private func containers(of type: EntityTypeName) -> Set<EntityTypeName> {
    if let known = containers[type] { return known }
    var found = schema.ancestors(of: type)
    for action in actions where action.uid.type == type {
      for group in groups(of: action.uid) { found.insert(group.type) }
    }
    containers[type] = found
    return found
  }

  // MARK: Actions

  func isAction(_ action: EntityUID, in group: EntityUID) -> Bool {
    action == group || groups(of: action).contains(group)
  }

  private func groups(of action: EntityUID) -> Set<EntityUID> {
    if let known = groups[action] { return known }
    let found = schema.ancestors(of: action)
    groups[action] = found
    return found
  }

  /// The numbers of the actions that a scope admits, in order.
  func actions(_ constraint: ActionConstraint) -> [Int] {
    switch constraint {
    case .any: Array(actions.indices)
    case .equal(let uid): numbers[uid].map { [$0] } ?? []
    case .isIn(let group): members(of: group)
    case .isInAny(let groups): Set(groups.flatMap(members)).sorted()
    }
  }

  private func members(of group: EntityUID) -> [Int] {
    if let known = members[group] { return known }
    let found = actions.indices.filter { isAction(actions[$0].uid, in: group) }
    members[group] = found
    return found
  }

  // MARK: Names

  /// The one of some names that the writer may have meant.
  func guess(_ name: String, among names: () -> [String]) -> String? {
    guard guessesLeft > 0 else { return nil }
    guessesLeft -= 1
    return nearest(name, among: names().sorted(by: codePointsPrecede))
  }
}
