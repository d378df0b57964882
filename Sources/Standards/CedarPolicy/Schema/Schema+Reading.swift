extension Schema {
  /// Reads a schema in Cedar's schema syntax.
  ///
  /// - Parameter source: the text's name, for errors.
  /// - Throws: the first error of the text, with its place.
  public init(parsing text: String, source: String? = nil) throws(CedarParseError) {
    let sourceText = try SourceText(text, name: source)
    var parser = try SchemaParser(sourceText)
    var resolver = try SchemaResolver(try parser.schema(), in: sourceText)
    self = try resolver.schema()
  }
}

extension Schema {
  /// Reads a schema in Cedar's JSON format.
  ///
  /// - Parameter source: the text's name, for errors.
  /// - Throws: the first error of the text, with its place.
  public init(json text: String, source: String? = nil) throws(CedarParseError) {
    let document = try JSONDocument(text, name: source, limit: CedarLimits.textLength)
    var resolver = try SchemaResolver(
      try SchemaJSONReader(document).schema(), in: document.source)
    self = try resolver.schema()
  }
}
