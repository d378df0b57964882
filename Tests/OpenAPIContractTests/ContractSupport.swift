import OpenAPIContract

/// A contract with one operation, whose body is YAML indented by six spaces.
func contract(
  operation: String = "", path: String = "/orders/{id}", root: String = "",
  version: String = "3.1.0",
  components: String = ""
) throws(ContractError) -> Contract {
  try Contract(
    parsing: document(
      operation: operation, path: path, root: root, version: version, components: components))
}

func document(
  operation: String = "", path: String = "/orders/{id}", root: String = "",
  version: String = "3.1.0",
  components: String = ""
) -> String {
  let names = path.split(separator: "/").compactMap { part -> Substring? in
    guard let open = part.firstIndex(of: "{"), let close = part.firstIndex(of: "}"), open < close
    else { return nil }
    return part[part.index(after: open)..<close]
  }
  let parameters = names.map { "        - {name: \($0), in: path, required: true}\n" }.joined()
  return """
    openapi: \(version)
    info: {title: Orders, version: 1.0}
    \(root)
    components:
      securitySchemes:
        oauth:
          type: oauth2
          flows:
            clientCredentials:
              tokenUrl: https://issuer.example/token
              scopes: {orders.read: reads, orders.write: writes, x-admin: all}
        oidc: {type: openIdConnect, openIdConnectUrl: https://issuer.example}
        bearer: {type: http, scheme: Bearer}
        basic: {type: http, scheme: basic}
        key: {type: apiKey, in: header, name: X-Key}
        mtls: {type: mutualTLS}
    \(components)
    paths:
      \(path):
        parameters:
    \(parameters.isEmpty ? "      []" : parameters)
        get:
          operationId: op
          responses: {"200": {description: ok}}
    \(operation)
    """
}

/// The error that reading `text` ends with.
func failure(_ text: String, limits: ContractLimits = ContractLimits()) -> ContractError? {
  do {
    _ = try Contract(parsing: text, limits: limits)
    return nil
  } catch {
    return error
  }
}

/// A contract of bare paths; each is a path and its methods.
func paths(_ entries: [(String, [String])]) -> String {
  var text = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n"
  for (path, methods) in entries {
    text += "  \(path):\n"
    for method in methods {
      let id = "\(method)\(path)".map { $0.isLetter || $0.isNumber ? $0 : "-" }
      let names = path.split(whereSeparator: { "/:.-".contains($0) }).filter { $0.hasPrefix("{") }
      let parameters = names.map {
        "{name: \($0.dropFirst().dropLast()), in: path, required: true}"
      }
      text += "    \(method): {operationId: \(String(id)), parameters: "
      text += "[\(parameters.joined(separator: ", "))]}\n"
    }
  }
  return text
}
