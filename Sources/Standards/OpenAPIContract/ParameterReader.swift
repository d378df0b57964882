/// Reads lists of parameters.
enum ParameterReader {
  /// Header parameters with these names are ignored, as the specification says.
  private static let ignoredHeaders: Set<String> = ["accept", "content-type", "authorization"]

  /// The parameters in a `parameters` field, each name and location once.
  static func parameters(_ place: Place?) throws(ContractError) -> [Operation.Parameter] {
    guard let place else { return [] }
    var result: [Operation.Parameter] = []
    for element in try place.elements() {
      let parameter = try parameter(at: try element.resolved())
      guard !result.contains(where: { isSame($0, parameter) }) else {
        throw element.error(
          .invalid, "a parameter of this name and location is in the list already")
      }
      if parameter.location == .header, ignoredHeaders.contains(parameter.name.lowercased()) {
        continue
      }
      result.append(parameter)
    }
    return result
  }

  /// Parameters of the path item, with those of the operation in the place of equal ones.
  static func merge(
    _ shared: [Operation.Parameter], _ own: [Operation.Parameter]
  ) -> [Operation.Parameter] {
    shared.filter { inherited in !own.contains { isSame($0, inherited) } } + own
  }

  /// Path parameters and variables of the template must be the same.
  static func check(
    _ parameters: [Operation.Parameter], against template: PathTemplate, at place: Place
  ) throws(ContractError) {
    let declared = Set(parameters.filter { $0.location == .path }.map(\.name))
    guard declared == Set(template.variables) else {
      throw place.error(
        .invalid, "the path parameters and the variables in the path must be the same")
    }
  }

  private static func isSame(_ left: Operation.Parameter, _ right: Operation.Parameter) -> Bool {
    guard left.location == right.location else { return false }
    guard left.location == .header else { return left.name == right.name }
    return left.name.lowercased() == right.name.lowercased()
  }

  private static func parameter(at place: Place) throws(ContractError) -> Operation.Parameter {
    let name = try place.requiredMember("name").text()
    let location = try place.requiredMember("in")
    guard let kind = Operation.Parameter.Location(rawValue: try location.text()) else {
      throw location.error(.invalid, "in must be path, query, header or cookie")
    }
    let isRequired = try place.member("required")?.flag() ?? false
    guard isRequired || kind != .path else {
      throw place.error(.invalid, "a path parameter must say required: true")
    }
    return Operation.Parameter(
      name: name, location: kind, isRequired: isRequired,
      appearance: try appearance(of: place, in: kind))
  }

  private static func appearance(
    of place: Place, in location: Operation.Parameter.Location
  ) throws(ContractError) -> Operation.Parameter.Appearance {
    guard location == .query || location == .cookie else { return .name }
    let style = try place.member("style")?.text() ?? "form"
    if style == "deepObject" { return .nameWithBrackets }
    let explodes = try place.member("explode")?.flag() ?? (style == "form")
    guard style == "form", explodes, let schema = try place.member("schema") else { return .name }
    return try isScalarOrArray(schema) ? .name : .properties
  }

  /// Whether the schema says itself that its values are no objects.
  private static func isScalarOrArray(_ schema: Place) throws(ContractError) -> Bool {
    guard case .mapping(let members) = try schema.resolved().value else { return false }
    switch members["type"] {
    case .string(let type): return type != "object"
    case .sequence(let types): return !types.contains(.string("object"))
    default: return false
    }
  }
}
