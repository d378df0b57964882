import ControlPlaneAPI

/// What a change did, for people.
enum ChangeText {
  static func lines(_ reply: ChangeReply, isDryRun: Bool = false) -> [String] {
    var lines: [String] = []
    for item in reply.items {
      let suffix = isDryRun ? " (dry run)" : ""
      lines.append(Terminal.plain("\(item.kind)/\(item.name) \(item.action)\(suffix)"))
      lines.append(contentsOf: item.notes.map { "  " + Terminal.plain($0) })
    }
    if let reach = reply.reach { lines += ReachText.lines(reach) }
    if lines.isEmpty { lines.append(isDryRun ? "nothing would change" : "nothing changed") }
    if !reply.gateways.missing.isEmpty {
      lines.append(
        "not yet in force at: " + Terminal.plain(reply.gateways.missing.joined(separator: ", ")))
    }
    return lines
  }
}
