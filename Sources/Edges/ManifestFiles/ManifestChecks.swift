import Enrollment
package import SPIFFE

extension ManifestSet {
  /// What the fields of the manifests get wrong, without asking the server.
  ///
  /// - Parameter trustDomain: The server's; without one, workloads are left to the server.
  package func problems(trustDomain: TrustDomain?) -> [ManifestProblem] {
    self.documents.compactMap { document in
      do throws(ManifestError) {
        try Self.check(document, trustDomain)
        return nil
      } catch {
        let location =
          self.location(kind: document.kind.rawValue, name: document.name, field: error.field)
          ?? SourceLocation(file: document.name, line: 1, column: 1)
        return ManifestProblem(location, error.description)
      }
    }
  }

  private static func check(
    _ document: ManifestDocument, _ trustDomain: TrustDomain?
  ) throws(ManifestError) {
    switch document.kind {
    case .workload:
      guard let trustDomain else { return }
      _ = try Workload(name: document.name, spec: document.spec, trustDomain: trustDomain)
    case .service:
      _ = try Service(name: document.name, spec: document.spec, contract: document.contract)
    }
  }
}
