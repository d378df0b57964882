import Credentials

/// The Cedar schema of Gatehouse's world: what policies may speak of.
///
/// Two things in it are the installation's own: the names of path parameters, which its contracts
/// declare, and the names of posture facts beyond the well-known ones.
package struct WorldSchema: Sendable {
  /// Cedar's schema syntax.
  package let text: String

  /// Posture facts that policies may name before any has been reported.
  package static let wellKnownPosture: Set<String> = [
    "compliant", "diskEncryption", "endpointProtection", "firewall", "imageSignature", "integrity",
    "patchLevel", "riskLevel", "secureBoot", "vulnerabilities",
  ]

  /// - Parameters:
  ///   - parameters: the names of the path parameters of every contract.
  ///   - posture: the names of the posture facts that were reported.
  package init(parameters: Set<String> = [], posture: Set<String> = []) {
    let parameterFields = parameters.sorted().map { "\(Self.quoted($0))?: String" }
    let postureFields = posture.union(Self.wellKnownPosture).sorted()
      .map { "\(Self.quoted($0))?: PostureFact" }
    self.text = """
      namespace Gatehouse {
        // Something that an attestor or an administrator's feed found; the age is in seconds.
        type PostureFact = { value: String, age: Long };
        type Posture = {
      \(Self.lines(postureFields, indent: 4))
        };

        // The facts that an attestor verified of the workload's process.
        type Evidence = {
          attestor: String,
          node: String,
          uid?: String,
          gid?: String,
          user?: String,
          group?: String,
          supplementary_gid?: Set<String>,
          supplementary_group?: Set<String>,
          path?: String,
          sha256?: String
        };

        // The parameters in the path, by the names that the contract gives them.
        type Parameters = {
      \(Self.lines(parameterFields, indent: 4))
        };
        type Request = { method: String, path: String, parameters: Parameters, source: String };

        entity Group;
        entity Workload in [Group] { owner: String, environment: String, kind: String };
        entity Anonymous { owner: String, environment: String, kind: String };
        entity TrustDomain;
        entity Service { owner: String, exposure: String };
        entity Operation in [Service];

        // Asked before a credential exists: of a service for an access token, of the trust domain
        // for an SVID. `now` is in Unix seconds.
        action issue appliesTo {
          principal: [Workload],
          resource: [Service, TrustDomain],
          context: {
            scopes: Set<String>,
            evidence: Evidence,
            environment: String,
            tenant: String,
            posture: Posture,
            now: Long
          }
        };

        // Asked for each request.
        action call appliesTo {
          principal: [Workload, Anonymous],
          resource: [Operation],
          context: {
            scopes: Set<String>,
            request: Request,
            environment: String,
            tenant: String,
            posture: Posture,
            now: Long
          }
        };
      }

      """
  }

  private static func lines(_ fields: [String], indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    return fields.map { margin + $0 }.joined(separator: ",\n")
  }

  private static func quoted(_ name: String) -> String {
    var literal = "\""
    for scalar in name.unicodeScalars {
      if scalar == "\"" || scalar == "\\" || scalar.value < 0x20 {
        literal += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        literal.unicodeScalars.append(scalar)
      }
    }
    return literal + "\""
  }
}

extension AuthorizationModel {
  /// The schema of this world.
  package var schema: WorldSchema {
    WorldSchema(
      parameters: self.services.reduce(into: []) { $0.formUnion($1.parameters) },
      posture: Set(self.allPrincipals.flatMap { $0.facts.posture.map(\.name) }))
  }
}
