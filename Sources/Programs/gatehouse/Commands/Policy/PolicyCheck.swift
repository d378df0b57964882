import Authorization
import CedarPolicy
import Enrollment
import ManifestFiles
import OpenAPIContract

/// Checks the policies of files by what else is in the files.
struct PolicyCheck {
  private let manifests: ManifestSet

  init(_ manifests: ManifestSet) {
    self.manifests = manifests
  }

  func findings() throws -> [PlacedFinding] {
    var whole = PolicySet()
    for file in self.manifests.policies {
      do {
        try whole.merge(Authorization.PolicyFile(name: file.name, text: file.text).parse())
      } catch let error as InvalidPolicyFile {
        throw CommandFailure("\(file.path):\(error.location): \(error.description)")
      } catch {
        throw CommandFailure("\(file.path): \(error)")
      }
    }
    let schema = try self.schema(for: whole).schema()
    let paths = Dictionary(
      self.manifests.policies.map { ($0.name, $0.path) }, uniquingKeysWith: { first, _ in first })
    return PolicyLint.findings(in: whole, schema: schema, model: nil).map { finding in
      let path = finding.source.flatMap { paths[$0] } ?? finding.source ?? ""
      return PlacedFinding(severity: finding.severity, path: path, finding: finding)
    }
  }

  private func schema(for policies: PolicySet) throws -> WorldSchema {
    let named = NamedContext(policies)
    let services = self.manifests.documents.filter { $0.kind == .service }
    guard !services.isEmpty else {
      return WorldSchema(parameters: named.parameters, posture: named.posture)
    }
    var parameters: Set<String> = []
    for service in services {
      guard let text = service.contract else { continue }
      parameters.formUnion(try Contract(parsing: text).pathParameterNames)
    }
    return WorldSchema(parameters: parameters, posture: named.posture)
  }
}

/// The names that are an installation's own, as policies use them.
private struct NamedContext {
  private(set) var parameters: Set<String> = []
  private(set) var posture: Set<String> = []

  init(_ policies: PolicySet) {
    for policy in policies.policies {
      var open = policy.conditions.map(\.expression)
      while let expression = open.popLast() {
        self.note(expression)
        open += expression.operands
      }
    }
  }

  private mutating func note(_ expression: Expression) {
    switch expression.kind {
    case .attribute(let operand, let name): self.note(operand.path, [name])
    case .has(let operand, let names): self.note(operand.path, names)
    default: return
    }
  }

  private mutating func note(_ path: [String]?, _ names: [String]) {
    guard let path else { return }
    let whole = path + names
    if whole.starts(with: ["request", "parameters"]), whole.count > 2 {
      self.parameters.insert(whole[2])
    }
    if whole.first == "posture", whole.count > 1 { self.posture.insert(whole[1]) }
  }
}

extension Expression {
  /// The attributes from the context to here, or nil for what is read from something else.
  fileprivate var path: [String]? {
    switch self.kind {
    case .variable(.context): []
    case .attribute(let operand, let name): operand.path.map { $0 + [name] }
    default: nil
    }
  }
}
