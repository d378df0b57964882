/// Path templates compiled into a tree over segments.
///
/// Of several templates that match, the one with a literal at the first segment in which they
/// differ wins (OpenAPI: "concrete definitions are matched before their templated counterparts"),
/// then the one with more literal text around its variable. Each node is visited at most once.
struct PathTrie: Sendable {
  private struct Edge: Sendable {
    let prefix: String
    let suffix: String
    let node: Int

    /// The variable's value in `segment`: never empty.
    func value(in segment: String) -> String? {
      let bytes = segment.utf8
      let around = prefix.utf8.count + suffix.utf8.count
      guard bytes.count > around, bytes.starts(with: prefix.utf8),
        bytes.reversed().starts(with: suffix.utf8.reversed())
      else { return nil }
      let inner = bytes.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)
      return String(validating: inner, as: UTF8.self)
    }
  }

  private struct Node: Sendable {
    var literals: [String: Int] = [:]
    /// The most specific first.
    var edges: [Edge] = []
    /// Index of the operation by method, and the names of its variables.
    var operations: [String: (index: Int, variables: [String])] = [:]
  }

  private var nodes = [Node()]

  /// What a path leads to.
  struct Found {
    /// Index of the operation by method, and the names of its variables.
    let operations: [String: (index: Int, variables: [String])]
    /// Values of the variables, in order.
    let values: [String]
  }

  /// The operation that has the same method and shape already, else nil after adding this one.
  mutating func insert(
    _ template: PathTemplate, method: String, operation: Int
  ) -> Int? {
    var current = 0
    for segment in template.segments { current = child(of: current, for: segment) }
    if let existing = nodes[current].operations[method] { return existing.index }
    nodes[current].operations[method] = (operation, template.variables)
    return nil
  }

  func find(_ segments: [String]) -> Found? {
    var values: [String] = []
    guard let node = find(segments[...], from: 0, &values) else { return nil }
    return Found(operations: nodes[node].operations, values: values)
  }

  private func find(_ segments: ArraySlice<String>, from index: Int, _ values: inout [String])
    -> Int?
  {
    guard let segment = segments.first else {
      return nodes[index].operations.isEmpty ? nil : index
    }
    let rest = segments.dropFirst()
    if let next = nodes[index].literals[segment], let found = find(rest, from: next, &values) {
      return found
    }
    for edge in nodes[index].edges {
      guard let value = edge.value(in: segment) else { continue }
      values.append(value)
      if let found = find(rest, from: edge.node, &values) { return found }
      values.removeLast()
    }
    return nil
  }

  private mutating func child(of index: Int, for segment: PathTemplate.Segment) -> Int {
    switch segment {
    case .literal(let text):
      if let next = nodes[index].literals[text] { return next }
      nodes.append(Node())
      nodes[index].literals[text] = nodes.count - 1
    case .variable(let prefix, let suffix):
      let same = { (edge: Edge) in edge.prefix == prefix && edge.suffix == suffix }
      if let edge = nodes[index].edges.first(where: same) { return edge.node }
      nodes.append(Node())
      nodes[index].edges.append(Edge(prefix: prefix, suffix: suffix, node: nodes.count - 1))
      nodes[index].edges.sort { Self.rank($0) > Self.rank($1) }
    }
    return nodes.count - 1
  }

  private static func rank(_ edge: Edge) -> (Int, Int, String) {
    let prefix = edge.prefix.utf8.count
    return (prefix + edge.suffix.utf8.count, prefix, edge.prefix + edge.suffix)
  }
}
