import Foundation

/// A folder with files for one test, removed with the value.
final class TemporaryFolder {
  let path: String

  init(_ files: [String: String] = [:]) throws {
    let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    self.path = base.appending(path: "manifests-\(UUID().uuidString)").path
    for (name, text) in files { try self.write(name, text) }
    try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: self.path)
  }

  func write(_ name: String, _ text: String) throws {
    try self.write(name, Data(text.utf8))
  }

  func write(_ name: String, _ data: Data) throws {
    let url = URL(filePath: "\(self.path)/\(name)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: "\(self.path)/\(name)", withDestinationPath: target)
  }
}

/// Texts that the tests share.
enum Sample {
  static let workload = """
    apiVersion: gatehouse.dev/v1
    kind: Workload
    metadata: {name: checkout}
    spec:
      path: /shop/checkout
      owner: payments-team
      purpose: takes orders
      environment: prod
      evidence:
        - attestor: unix
          match: {uid: "1000", path: /usr/bin/checkout}
    """

  static let service = """
    apiVersion: gatehouse.dev/v1
    kind: Service
    metadata: {name: orders}
    spec:
      owner: orders-team
      purpose: order records
      exposure: internal
      audience: https://orders.example.internal
      routes: [{host: orders.example.internal, pathPrefix: /}]
      upstream: http://127.0.0.1:9001
      contract: orders.openapi.yaml
    """

  static let contract = """
    openapi: 3.1.0
    info: {title: Orders, version: "1"}
    paths:
      /orders:
        get:
          operationId: listOrders
          responses:
            "200": {description: orders}
    """

  static let policy = "permit (principal, action, resource);\n"

  static let shop = [
    "workloads.yaml": Sample.workload, "orders.yml": Sample.service,
    "orders.openapi.yaml": Sample.contract, "shop.cedar": Sample.policy,
    "README.md": "# shop", "service.py": "print()",
  ]
}
