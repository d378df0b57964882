package import CedarPolicy

/// A file of policies under the name that it has in the records. Each of its policies is known as
/// `<file>/<@id annotation, or position from 0>`, in both layers and in every event.
package struct PolicyFile: Sendable {
  package let name: String
  package let text: String

  package init(name: String, text: String) {
    self.name = name
    self.text = text
  }

  /// - Throws: `InvalidPolicyFile`, also for a template: nothing here could link it, and one that
  ///   looks like a `forbid` and never applies is a door left open. And for a mode that there is not.
  package func parse() throws(InvalidPolicyFile) -> PolicySet {
    let set: PolicySet
    do throws(CedarParseError) {
      set = try PolicySet(parsing: self.text, source: self.name) { index, annotations in
        PolicyID("\(self.name)/\(annotations["id"] ?? String(index))")
      }
    } catch {
      throw InvalidPolicyFile(
        location: "\(error.span.line):\(error.span.column)", description: error.description)
    }
    if let template = set.templates.first {
      throw InvalidPolicyFile(
        location: "",
        description:
          "`\(template.id)` is a template, which nothing links: write a policy for each principal")
    }
    for policy in set.policies { _ = try PolicyModes.isShadow(policy) }
    return set
  }

  /// All policies of several files.
  package static func merge(_ files: [PolicyFile]) throws -> PolicySet {
    var whole = PolicySet()
    for file in files { try whole.merge(file.parse()) }
    return whole
  }
}

/// A file of policies cannot be used.
package struct InvalidPolicyFile: Error, Hashable, Sendable, CustomStringConvertible {
  /// `line:column`, or empty where the whole file is meant.
  package let location: String
  package let description: String
}
