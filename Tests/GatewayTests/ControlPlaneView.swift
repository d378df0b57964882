import Authorization
import ControlPlane
import Distribution
import RecordStore

/// The control plane's opinion of records.
enum ControlPlaneView {
  /// - Throws: `RejectedChange` for records that make no world.
  static func model(of items: [FeedItem]) throws -> AuthorizationModel {
    var records: [Record] = []
    for item in items {
      guard let value = item.value else { continue }
      records.append(
        Record(
          key: try RecordKey(form: item.kind, name: item.name), revision: Revision(rawValue: 1),
          value: value))
    }
    let snapshot = RecordSnapshot(revision: Revision(rawValue: 1), records: records)
    return try WorldBuilder.build(RecordImage(snapshot)).authorization
  }
}
