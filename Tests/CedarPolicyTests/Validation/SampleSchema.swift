import CedarPolicy

/// The schema that the tests of validation use.
enum SampleSchema {
  static let text = """
    entity Org;
    entity Team in Org;
    entity Mood enum ["good", "bad"];
    entity User in Team {
      name: String,
      age?: Long,
      address: { city: String, zip?: String },
      boss?: User,
      mood?: Mood,
      since?: datetime,
      roles: Set<String>
    } tags Set<Long>;
    entity Bot { name: Long };
    entity Doc in Org { owner: User, public?: Bool, location?: { path?: { name: String } } };

    action view;
    action read, list in view appliesTo {
      principal: [User, Bot], resource: Doc, context: { ip: ipaddr, port?: Long }
    };
    action write appliesTo { principal: User, resource: Doc, context: { reason: String } };
    namespace Shop {
      entity Order { total: decimal };
      action pay appliesTo { principal: User, resource: Order };
    }
    """

  static func schema() throws -> Schema { try Schema(parsing: text, source: "sample.cedarschema") }

  static func validate(_ policies: String) throws -> ValidationResult {
    Validator(try schema()).validate(try PolicySet(parsing: policies, source: "sample.cedar"))
  }

  /// The kinds of mistakes of a condition, for principals that are users and documents to write.
  static func mistakes(_ condition: String) throws -> [ValidationIssue.Kind] {
    try errors(condition).map(\.kind)
  }

  static func errors(_ condition: String) throws -> [ValidationIssue] {
    try validate(policy(condition)).errors
  }

  static func warnings(_ condition: String) throws -> [ValidationIssue] {
    try validate(policy(condition)).warnings
  }

  private static func policy(_ condition: String) -> String {
    #"permit(principal, action == Action::"write", resource) when { \#(condition) };"#
  }
}
