/// One thing that is wrong with manifests or policies, at a field of one of them.
package struct FileProblem: Hashable, Sendable {
  /// `Workload`, `Service` or `Policy`.
  package let kind: String
  package let name: String
  /// A path such as `spec.routes[0]`; `line:column` in a policy.
  package let field: String
  package let message: String
}

/// The files make no world. Every problem that can be found is named.
package struct InvalidFiles: Error, Hashable, Sendable, CustomStringConvertible {
  package let problems: [FileProblem]

  package var description: String {
    self.problems.map { "\($0.kind) `\($0.name)`: \($0.field): \($0.message)" }
      .joined(separator: "\n")
  }
}
