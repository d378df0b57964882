import Distribution
import RecordStore
import SPIFFE

/// The settings that an installation is founded on: written once, never changed.
enum Installation {
  static func establish(
    _ store: any RecordStore, trustDomain: TrustDomain, issuer: String
  ) async throws {
    let wanted = [
      (RecordForm.Setting.trustDomain, trustDomain.description),
      (RecordForm.Setting.issuer, issuer),
    ]
    var transaction = RecordTransaction()
    for (name, value) in wanted {
      let key = try RecordKey(form: RecordForm.setting, name: name)
      if let record = try await store.get(key) {
        let stored = try SettingRecord(bytes: record.value).value
        guard stored == value else {
          throw InstallationMismatch(setting: name, stored: stored, wanted: value)
        }
      } else {
        transaction.put(key, SettingRecord(value: value).bytes, expecting: nil)
      }
    }
    guard !transaction.writes.isEmpty else { return }
    _ = try await store.commit(transaction)
  }
}

/// The state belongs to another installation.
package struct InstallationMismatch: Error, Hashable, Sendable, CustomStringConvertible {
  package let setting: String
  package let stored: String
  package let wanted: String

  package var description: String {
    "this state was made with \(self.setting) `\(self.stored)`, not `\(self.wanted)`: "
      + "it cannot be changed later; start with the stored value, or with an empty state folder"
  }
}
