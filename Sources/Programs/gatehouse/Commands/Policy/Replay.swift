import ArgumentParser
import ControlPlaneAPI
import ControlPlaneClient
import ManifestFiles
import StrictJSON

struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Decide again what the logs recorded, by other policies.",
    discussion: """
      The candidate takes the place of all policies that are in force. Nothing is applied. Lists \
      each decision that would change, and each that cannot be made again, with the reason.
      """)

  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: ArgumentHelp("The candidate: a .cedar file or a folder.", valueName: "path"),
    completion: .file())
  var files: [String]

  @OptionGroup var since: SinceOption

  @Option(name: [.customShort("o"), .customLong("output")], help: "How to print.")
  var output = StoryFormat.text

  @OptionGroup var connection: AdminOptions

  private static let pageLimit: Int64 = 1000

  func run() async throws {
    let policies = try self.candidate()
    let since = self.since.moment(now: SystemClock().now())
    let outcome = try await self.connection.withClient { client in
      var outcome = ReplayOutcome()
      var progress = ProgressBar(title: "replaying")
      var cursor: String?
      repeat {
        let page = try await client.replay(
          ReplayMessage(policies: policies, since: since, cursor: cursor, limit: Self.pageLimit))
        outcome.add(page)
        progress.show(outcome.examined, of: page["total"]?.integerValue ?? 0)
        cursor = page["next"]?.stringValue
      } while cursor != nil
      progress.end()
      return outcome
    }
    switch self.output {
    case .json: Terminal.write(JSONText.text(.object(outcome.json)))
    case .text: for line in outcome.lines { Terminal.write(line) }
    }
  }

  private func candidate() throws -> [ChangeMessage.Policy] {
    do {
      let files = try ManifestSet(reading: self.files).policies
      guard !files.isEmpty else {
        throw CommandFailure("there is no .cedar file among the candidate's paths")
      }
      return files.map { ChangeMessage.Policy(name: $0.name, text: $0.text) }
    } catch let invalid as InvalidManifests {
      throw CommandFailure(lines: invalid.problems.map(\.description))
    }
  }
}

/// What all pages of a replay say together.
struct ReplayOutcome {
  private(set) var examined: Int64 = 0
  private var changes: [JSONValue] = []
  private var notReplayable: [JSONValue] = []

  mutating func add(_ page: JSONObject) {
    self.examined += page["examined"]?.integerValue ?? 0
    self.changes += page["changes"]?.arrayValue ?? []
    self.notReplayable += page["notReplayable"]?.arrayValue ?? []
  }

  var json: JSONObject {
    [
      "examined": .integer(self.examined), "changes": .array(self.changes),
      "notReplayable": .array(self.notReplayable),
    ]
  }

  var lines: [String] {
    let changed = self.changes.compactMap(\.objectValue).map { change in
      func field(_ name: String) -> String { FieldText.inline(change[name] ?? .null) }
      return "\(field("time"))  \(field("recorded")) -> \(field("candidate"))  "
        + "\(field("workload")) \(field("action")) \(field("resource"))  \(field("id"))"
        + "  by \(field("policies"))"
    }
    let left = self.notReplayable.compactMap(\.objectValue).map { decision in
      "not replayable: \(FieldText.inline(decision["id"] ?? .null)): "
        + FieldText.inline(decision["reason"] ?? .null)
    }
    return changed + left + [
      "\(self.examined) events examined, \(self.changes.count) decisions would change, "
        + "\(self.notReplayable.count) not replayable"
    ]
  }
}
