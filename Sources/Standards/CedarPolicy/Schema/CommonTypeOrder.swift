/// The common types of a schema in an order in which each stands behind those that it is made of.
///
/// Taken in this order, types are resolved without following one into the next: a schema may chain
/// as many as its text holds.
struct CommonTypeOrder {
  private(set) var names: [String] = []
  private let declared: DeclaredNames
  private var states: [String: State] = [:]

  private enum State {
    case open, done
  }

  /// A type whose parts are not all in the order yet.
  private struct Visit {
    let name: String
    var parts: [String]
  }

  /// - Throws: for a type that is made of itself, and for unknown names.
  init(_ declared: DeclaredNames) throws(CedarParseError) {
    self.declared = declared
    for name in declared.commonTypes.keys.sorted(by: codePointsPrecede)
    where states[name] == nil {
      try add(name)
    }
  }

  private mutating func add(_ root: String) throws(CedarParseError) {
    var visits = [try begin(root)]
    while var visit = visits.popLast() {
      guard let part = visit.parts.popLast() else {
        states[visit.name] = .done
        names.append(visit.name)
        continue
      }
      visits.append(visit)
      switch states[part] {
      case .done: continue
      case .open: throw madeOfItself(part)
      case nil: visits.append(try begin(part))
      }
    }
  }

  private mutating func begin(_ name: String) throws(CedarParseError) -> Visit {
    states[name] = .open
    guard let type = declared.commonTypes[name] else { return Visit(name: name, parts: []) }
    var parts: [String] = []
    var open = [type.syntax.type]
    while let next = open.popLast() {
      switch next {
      case .set(let element, _): open.append(element)
      case .record(let fields, _): open += fields.map(\.type)
      case .name(let name, let kind):
        let meaning = try declared.meaning(of: name, kind, in: type.namespace)
        if case .common(let part) = meaning { parts.append(part) }
      }
    }
    return Visit(name: name, parts: parts)
  }

  private func madeOfItself(_ name: String) -> CedarParseError {
    declared.source.error(
      "the type \(declared.source.quoted(name)) is, through its parts, made of itself",
      at: declared.commonTypes[name]?.syntax.name.span ?? .start)
  }
}
