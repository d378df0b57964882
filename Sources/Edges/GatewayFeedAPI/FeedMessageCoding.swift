package import Distribution
import FoundationEssentials

extension FeedMessage {
  /// `nil` for a message of a later version.
  package init?(_ wire: Gatehouse_Feed_V1_Message) {
    switch wire.content {
    case .snapshot(let snapshot):
      self = .snapshot(
        items: snapshot.items.map(FeedItem.init), revision: snapshot.revision,
        isComplete: snapshot.complete)
    case .changes(let changes):
      self = .changes(items: changes.items.map(FeedItem.init), revision: changes.revision)
    case .flush(let flush): self = .flush(id: flush.id)
    case .eventsStored(let stored): self = .eventsStored(position: stored.position)
    case .heartbeat: self = .heartbeat
    case nil: return nil
    }
  }

  package var wire: Gatehouse_Feed_V1_Message {
    var message = Gatehouse_Feed_V1_Message()
    switch self {
    case .snapshot(let items, let revision, let isComplete):
      message.snapshot.items = items.map(\.wire)
      message.snapshot.revision = revision
      message.snapshot.complete = isComplete
    case .changes(let items, let revision):
      message.changes.items = items.map(\.wire)
      message.changes.revision = revision
    case .flush(let id): message.flush.id = id
    case .eventsStored(let position): message.eventsStored.position = position
    case .heartbeat: message.heartbeat = Gatehouse_Feed_V1_Heartbeat()
    }
    return message
  }
}

extension FeedItem {
  fileprivate init(_ wire: Gatehouse_Feed_V1_Item) {
    self.init(
      kind: wire.kind, name: wire.name, value: wire.deleted ? nil : Array(wire.value))
  }

  fileprivate var wire: Gatehouse_Feed_V1_Item {
    var item = Gatehouse_Feed_V1_Item()
    item.kind = self.kind
    item.name = self.name
    item.deleted = self.value == nil
    item.value = Data(self.value ?? [])
    return item
  }
}
