import ArgumentParser
import ControlPlaneAPI
import ControlPlaneClient
import StrictJSON

struct GetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show workloads, services or policies.")

  @Argument(help: "workload, service or policy.")
  var kind: RecordKind

  @Argument(help: "Only the one of this name.")
  var name: String?

  @Option(name: [.customShort("o"), .customLong("output")], help: "How to print.")
  var output = OutputFormat.table

  @OptionGroup var connection: AdminOptions

  func run() async throws {
    let records = try await self.connection.withClient { client in
      if let name = self.name {
        return [try await client.record(kind: self.kind.rawValue, name: name)]
      }
      return try await client.records(kind: self.kind.rawValue)
    }
    switch self.output {
    case .table: Terminal.write(RecordTable.text(records, kind: self.kind))
    case .yaml: Terminal.write(records.map(RecordText.yaml).joined(separator: "\n---\n"))
    case .json:
      let objects = records.map(RecordText.json)
      let isOne = self.name != nil
      Terminal.write(
        JSONText.text(isOne ? objects.first ?? .null : ["items": .array(objects)]))
    }
  }
}
