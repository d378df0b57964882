package import CedarPolicy

extension WorldSchema {
  /// The schema for validation.
  package func schema() throws(CedarParseError) -> Schema {
    try Schema(parsing: self.text, source: "gatehouse.cedarschema")
  }
}
